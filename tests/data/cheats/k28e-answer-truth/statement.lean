abbrev T_solution : Prop := sorry

theorem T : 1 = 1 ↔ T_solution
