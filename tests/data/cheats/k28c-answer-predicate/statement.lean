abbrev T_solution : Nat → Nat → Nat → Prop := sorry

theorem T (a b c : Nat) (h : a = b) (g : c = b) : T_solution a b c
