abbrev T_solution : Nat → Prop := fun n => n = Nat.find ⟨1, rfl⟩

theorem T (n : Nat) : n * n = 4 + n ↔ T_solution n := Iff.rfl
