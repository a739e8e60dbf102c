theorem T : (1 : Nat) = 2 := .ofReduceBool no true rfl
