abbrev T_solution : Set Nat := {y | ∃ p q : Nat, y = q + p * q}

theorem T (x : Nat) : (∃ a b : Nat, x = a * b + b) ↔ x ∈ T_solution := Iff.rfl
