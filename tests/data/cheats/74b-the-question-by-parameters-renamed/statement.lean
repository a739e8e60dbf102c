abbrev T_solution : Set Nat := sorry

theorem T (x : Nat) : (∃ a b : Nat, x = a * b + b) ↔ x ∈ T_solution
