abbrev T_solution : Nat → Nat := sorry

theorem T : T_solution 0 = 1
