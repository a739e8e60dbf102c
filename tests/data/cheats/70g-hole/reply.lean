abbrev T_solution : Nat → Prop := fun n => sorry

theorem T (n : Nat) : n * n = 4 + n ↔ T_solution n := Iff.rfl
