theorem T' (n : Nat) : (1 : Nat) = 2 := T' (n + 1)
decreasing_by sorry
theorem T : (1 : Nat) = 2 := T' 0
