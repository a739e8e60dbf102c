/- no sorry here, no axiom -/
theorem T : 1 = 1 := by
  -- sorry, native_decide
  exact rfl
