theorem help (n : Nat) : n = n := rfl

theorem T : 2 = 2 := help 2
