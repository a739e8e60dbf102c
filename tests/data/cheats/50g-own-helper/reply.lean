theorem X : (1 : Nat) = 2 := X
theorem T : (1 : Nat) = 2 := X
