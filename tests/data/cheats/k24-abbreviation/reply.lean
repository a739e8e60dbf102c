abbrev Two := Nat

theorem help (n : Two) : n = n := rfl

theorem T (n : Nat) : n = n := help n
