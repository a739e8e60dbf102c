theorem T : (2 : Nat) + 2 = 4 := by
  have h : (2 : Nat) + 2 = 4 := rfl
  exact h
