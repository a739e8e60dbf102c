theorem «a helper» : 1 = 1 := rfl
theorem T : 1 = 1 := «a helper»
