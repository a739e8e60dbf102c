theorem T : (1 : Nat) = 2 := unsafeCast (rfl : (1 : Nat) = 1)
