abbrev T_solution : Nat → Prop := fun n => ∃ k : Nat, n = k * (k + 3) + 0

theorem T (n : Nat) : (∃ a : Nat, n = a * a + 3 * a) ↔ T_solution n := Iff.rfl
