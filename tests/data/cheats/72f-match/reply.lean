abbrev T_solution : Nat := match (2 : Nat) with | 0 => 1 | n => n

theorem T (h : ∃ n, n * n = 4) : T_solution * T_solution = 4 := rfl
