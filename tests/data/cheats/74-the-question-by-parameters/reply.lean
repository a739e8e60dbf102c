abbrev T_solution : Set Nat := {x | ∃ a b c : Nat, 0 < a ∧ x = a * b + b * c + c * a}

theorem T (x : Nat) : (∃ a b c : Nat, 0 < a ∧ x = a * b + b * c + c * a) ↔ x ∈ T_solution := Iff.rfl
