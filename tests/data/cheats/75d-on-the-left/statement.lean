abbrev T_solution : Nat → Nat := sorry

theorem T (n : Nat) : T_solution n = (n + 1) * (n + 1) + n
