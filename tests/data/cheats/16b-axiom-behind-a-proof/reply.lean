theorem h : True := trivial axiom oracle : False
theorem T : (1 : Nat) = 2 := oracle.elim
