theorem T.{u} : (1 : Nat) = 1 := rfl
