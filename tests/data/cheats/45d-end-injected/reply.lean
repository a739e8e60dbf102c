theorem T : (1 : Nat) = 2 := rfl
  end
  theorem T : True := trivial
