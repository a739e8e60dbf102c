open Nat hiding add in
theorem T : (1 : Nat) = 2 := rfl
