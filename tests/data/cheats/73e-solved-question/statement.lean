abbrev T_solution : Set (Nat × Nat) := sorry

theorem T (x y : Nat) : x * x = 4 + y ↔ (x, y) ∈ T_solution
