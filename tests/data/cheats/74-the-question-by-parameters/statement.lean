abbrev T_solution : Set Nat := sorry

theorem T (x : Nat) : (∃ a b c : Nat, 0 < a ∧ x = a * b + b * c + c * a) ↔ x ∈ T_solution
