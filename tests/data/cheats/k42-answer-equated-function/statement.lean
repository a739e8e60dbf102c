abbrev T_solution : (Nat → Nat) → Prop := sorry

theorem T (f : Nat → Nat) (h : ∀ n, f n = n + 3) : T_solution f
