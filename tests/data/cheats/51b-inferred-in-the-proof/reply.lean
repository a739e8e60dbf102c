theorem T : (1 : Nat) = 2 := (rfl : type_of% (rfl : (1 : Nat) = 1))
