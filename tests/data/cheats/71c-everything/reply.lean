abbrev T_solution : Set Nat := Set.univ

theorem T (n : Nat) : n * n = 4 + n ↔ n ∈ T_solution := Iff.rfl
