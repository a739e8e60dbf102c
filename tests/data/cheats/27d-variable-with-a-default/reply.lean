variable (h : (1 : Nat) = 2 := by assumption)
theorem T : (1 : Nat) = 2 := h
