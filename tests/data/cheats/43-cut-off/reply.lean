theorem T : (1 : Nat) = 1 := rfl
#exit
