@[simp] theorem T (n : Nat) (h : n = 0) : n + 1 = 1
