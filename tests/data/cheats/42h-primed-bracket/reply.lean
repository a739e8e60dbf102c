theorem T : (1 : Nat) = 2 := [x]'"'sorry
