universe u
theorem T.{v} : (1 : Nat) = 2 := rfl
