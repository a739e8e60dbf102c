abbrev T_solution : Nat → Prop := fun n => ∃ m, m = n ∧ m * m = 4 + m

theorem T (n : Nat) : n * n = 4 + n ↔ T_solution n := Iff.rfl
