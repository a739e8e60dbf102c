example : (1 : Nat) = 2 := rfl
