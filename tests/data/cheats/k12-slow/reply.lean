theorem T : (List.range 400).length = 400 := by
  decide
