abbrev T_solution : Nat → Nat → Prop := sorry

theorem T (x y : Nat) (h : x + y = 5) : T_solution x y
