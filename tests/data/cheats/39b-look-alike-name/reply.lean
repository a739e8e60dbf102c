theorem Т : (1 : Nat) = 2 := rfl
