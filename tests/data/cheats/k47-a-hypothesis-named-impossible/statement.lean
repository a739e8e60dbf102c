theorem T (impossible : (1 : Nat) = 2) : (3 : Nat) = 4
