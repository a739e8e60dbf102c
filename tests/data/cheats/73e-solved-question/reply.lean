abbrev T_solution : Set (Nat × Nat) := {p | p.1 * p.1 = 4 + p.2}

theorem T (x y : Nat) : x * x = 4 + y ↔ (x, y) ∈ T_solution := Iff.rfl
