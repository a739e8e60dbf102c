abbrev T_solution : Nat → Nat → Prop := fun a b => ∃ k : Nat, a = k

theorem T (x y : Nat) (h : x + y = 5) : T_solution x y := ⟨x, rfl⟩
