theorem T : (1 : Nat) = 2 := by
  set_option smartUnfolding false in
  decide
