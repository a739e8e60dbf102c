abbrev T_solution : Nat := 2 + 2

theorem T : 2 * 2 = T_solution := rfl
