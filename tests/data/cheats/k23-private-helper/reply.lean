private theorem help : 1 = 1 := rfl

theorem T : 1 = 1 := help
