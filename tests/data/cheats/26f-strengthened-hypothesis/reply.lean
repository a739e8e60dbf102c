theorem T (n : Nat) (h : n < 0) : n = 7 := absurd h (Nat.notLtZero n)
