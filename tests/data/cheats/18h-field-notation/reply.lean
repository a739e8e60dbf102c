theorem T : (1 : Nat) = 2 := no.ofReduceBool true rfl
