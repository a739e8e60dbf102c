theorem T (n : Nat) : n + 0 = n
