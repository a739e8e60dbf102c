abbrev T_solution : Nat → Prop := sorry

theorem T (n : Nat) : n = 2 * n * n ↔ T_solution n
