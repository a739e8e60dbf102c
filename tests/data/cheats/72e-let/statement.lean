abbrev T_solution : Nat := sorry

theorem T (h : ∃ n, n * n = 4) : T_solution * T_solution = 4
