abbrev T_solution : Nat × Nat → Prop := fun p => ∃ k : Nat, p.1 = k ∧ p.2 = k

theorem T (p : Nat × Nat) : (p.1 = p.2 ↔ True) → (p.1 = p.2 ↔ T_solution p) := fun _ => ⟨fun h => ⟨p.2, h, rfl⟩, fun ⟨k, g, e⟩ => g.trans e.symm⟩
