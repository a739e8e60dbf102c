theorem T : (1 : Nat) = 2 := by
  have : 2 ^ (2 ^ 40) ≠ 0 := by decide
  contradiction
