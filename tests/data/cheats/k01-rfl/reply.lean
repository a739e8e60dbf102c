theorem T : 2 + 2 = 4 := rfl
