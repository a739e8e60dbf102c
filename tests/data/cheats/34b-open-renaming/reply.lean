open Nat renaming succ → pred in
theorem T : (1 : Nat) = 2 := rfl
