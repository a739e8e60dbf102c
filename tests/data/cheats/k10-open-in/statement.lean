theorem T (n : Nat) : 0 + n = n
