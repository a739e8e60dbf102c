theorem T : (1 : Nat) = 2 := oracle.elim
  axiom oracle : False
