theorem T : (2 : Nat) + 2 = 4
