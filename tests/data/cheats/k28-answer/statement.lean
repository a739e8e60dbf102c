abbrev T_solution : Nat := sorry

theorem T : 2 * 2 = T_solution
