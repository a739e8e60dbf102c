abbrev T_solution : Nat × Nat → Prop := sorry

theorem T (p : Nat × Nat) (h : p.1 = 3) : T_solution p
