theorem T : (1 : Nat) = 2 := by
  set_option maxRecDepth 1
  rfl
