abbrev T_solution : Nat := (fun k => k + 0 ^ (k * k - 48))^[100] 0

theorem T (n : Nat) (h : n * n = 49) : n = T_solution := rfl
