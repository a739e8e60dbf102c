theorem help (n : Nat) (hint : n = 3) : 3 = n := by
  exact Eq.symm hint

theorem T (n : Nat) (h : n = 3) : 3 = n := help n h
