theorem T : ((1 : Nat) : Int) - 2 = -1 := rfl
