abbrev T_solution : Nat → Prop := sorry

theorem T (n : Nat) (h : n = 4) : n = 4 ↔ T_solution n
