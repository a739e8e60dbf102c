variable (h : (1 : Nat) = 2)
theorem T : (1 : Nat) = 2 := h
