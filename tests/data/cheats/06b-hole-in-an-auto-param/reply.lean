theorem help (h : (1 : Nat) = 2 := by sorry) : (1 : Nat) = 2 := h
theorem T : (1 : Nat) = 2 := help
