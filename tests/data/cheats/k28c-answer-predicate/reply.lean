abbrev T_solution : Nat → Nat → Nat → Prop := fun a b c => a = b ∧ b = c

theorem T (a b c : Nat) (h : a = b) (g : c = b) : T_solution a b c := ⟨h, g.symm⟩
