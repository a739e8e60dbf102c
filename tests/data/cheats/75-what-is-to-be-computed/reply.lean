abbrev T_solution : Nat := (2 ^ 10) % 7

theorem T : 2 ^ 10 % 7 = T_solution := rfl
