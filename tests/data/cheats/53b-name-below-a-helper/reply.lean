theorem A.T.x : True := trivial
theorem T : (1 : Nat) = 2 := rfl
