theorem H (n : Nat) : (1 : Nat) = 2 := by
  exact H (n + 1)
theorem T : (1 : Nat) = 2 := H 0
