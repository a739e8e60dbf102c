theorem T : (1 : Nat) = 2 := by
  dsimp?!
