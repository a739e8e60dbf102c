variable (h : (1 : Nat) = 2)
include h
theorem T : (1 : Nat) = 2 := h
