theorem T : (1 : Nat) = 2 := rfl theorem X : True := trivial
