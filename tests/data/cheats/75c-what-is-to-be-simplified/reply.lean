abbrev T_solution : Nat → Nat := fun k => (k + 1) * (k + 1) + k

theorem T (n : Nat) : (n + 1) * (n + 1) + n = T_solution n := rfl
