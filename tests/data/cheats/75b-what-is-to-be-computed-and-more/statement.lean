abbrev T_solution : Nat := sorry

theorem T : 2 ^ 10 % 7 = T_solution
