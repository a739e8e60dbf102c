abbrev T_solution : Nat := by exact 2

theorem T (h : ∃ n, n * n = 4) : T_solution * T_solution = 4 := rfl
