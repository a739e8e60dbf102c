abbrev T_solution : Nat → Prop := fun n => ∃ k : Nat, n = 2 * k ∨ n = 2 * k + 1

theorem T (n : Nat) (h : n = 4) : n = 4 ↔ T_solution n :=
  ⟨fun _ => ⟨2, Or.inl h⟩, fun _ => h⟩
