@[app_unexpander Eq] def f : Nat := 1
theorem T : (1 : Nat) = 2 := rfl
