abbrev T_solution : Nat → Nat := sorry

theorem T (n : Nat) : (n + 1) * (n + 1) + n = T_solution n
