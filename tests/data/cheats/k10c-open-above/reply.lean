open Nat

theorem T : 1 = 1 := rfl
