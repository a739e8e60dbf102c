abbrev T_solution : Nat := Nat.iterate (fun k => if k * k = 49 then k else k + 1) 100 0

theorem T (n : Nat) (h : n * n = 49) : n = T_solution := by decide
