abbrev T_solution : Nat → Prop := sorry

theorem T (n : Nat) : n * n = 4 + n ↔ T_solution n
