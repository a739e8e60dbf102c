abbrev T_solution : Set Nat := {n | n * n ≤ 4 + n ∧ 4 + n ≤ n * n}

theorem T (n : Nat) : n * n = 4 + n ↔ n ∈ T_solution := Iff.rfl
