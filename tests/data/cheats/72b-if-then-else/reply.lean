abbrev T_solution : Nat := if ∃ n, n * n = 4 then 2 else 0

theorem T (h : ∃ n, n * n = 4) : T_solution * T_solution = 4 := rfl
