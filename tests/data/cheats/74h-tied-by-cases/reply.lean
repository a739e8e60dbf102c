abbrev T_solution : Nat → Prop := fun n => ∃ k : Nat, (n = k ∨ n = k) ∧ n = 2 * k * k

theorem T (n : Nat) : n = 2 * n * n ↔ T_solution n := ⟨fun h => ⟨n, Or.inl rfl, h⟩, fun h => h.elim fun k g => g.2⟩
