@[simp, init] def x : Nat := 1
theorem T : (1 : Nat) = 2 := rfl
