theorem T : "sorry".length = 5 := by
  exact (rfl : "sorry".length = 5)
