theorem T (h : 1 = 1) : (1 : Nat) = 2
