theorem T : (1 : Nat) = 2 := rfl
  set_option maxRecDepth 9 in
