abbrev T_solution : Set Nat := sorry

theorem T (n : Nat) : 0 ≤ n ↔ n ∈ T_solution
