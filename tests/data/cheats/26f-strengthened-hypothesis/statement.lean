theorem T (n : Nat) (h : n < 9) : n = 7
