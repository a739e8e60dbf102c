abbrev T_solution : Nat := (fun k => k + min 1 ((49 - k * k) / 1))^[100] 0

theorem T (n : Nat) (h : n * n = 49) : n = T_solution := rfl
