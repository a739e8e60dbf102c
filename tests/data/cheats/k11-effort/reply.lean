set_option maxRecDepth 4000 in
theorem T : 1 = 1 := by
  set_option maxHeartbeats 400000 in
  exact rfl
