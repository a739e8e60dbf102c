abbrev T_solution : Nat × Nat → Prop := sorry

theorem T (p : Nat × Nat) : (p.1 = p.2 ↔ True) → (p.1 = p.2 ↔ T_solution p)
