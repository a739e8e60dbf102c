abbrev T_solution : Nat → Prop := fun n => ∃ k : Nat, n = 2 * k * k ∧ n = k

theorem T (n : Nat) : n = 2 * n * n ↔ T_solution n := ⟨fun h => ⟨n, h, rfl⟩, fun ⟨k, h, e⟩ => e ▸ h⟩
