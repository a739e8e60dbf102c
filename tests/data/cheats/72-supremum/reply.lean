abbrev T_solution : Nat := sSup {n | n * n = 4}

theorem T (h : ∃ n, n * n = 4) : T_solution * T_solution = 4 := rfl
