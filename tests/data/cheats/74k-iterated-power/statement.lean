abbrev T_solution : Nat := sorry

theorem T (n : Nat) (h : n * n = 49) : n = T_solution
