abbrev T_solution : Nat → Nat := fun k => (k + 1) * (k + 1) + k

theorem T (n : Nat) : T_solution n = (n + 1) * (n + 1) + n := rfl
