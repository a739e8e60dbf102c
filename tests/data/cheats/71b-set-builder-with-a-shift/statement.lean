abbrev T_solution : Set Nat := sorry

theorem T (n : Nat) : n * n = 4 + n ↔ n ∈ T_solution
