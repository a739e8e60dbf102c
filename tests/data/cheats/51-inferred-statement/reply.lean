theorem T : type_of% (rfl : (1 : Nat) = 1) := rfl
