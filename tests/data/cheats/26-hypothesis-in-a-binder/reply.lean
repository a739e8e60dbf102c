theorem T (h : (1 : Nat) = 2) : (1 : Nat) = 2 := h
