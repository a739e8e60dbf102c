theorem T (n : Nat) : n - n = 0
