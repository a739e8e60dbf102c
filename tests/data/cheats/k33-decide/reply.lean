theorem T : 2 ∣ 4 := by decide
