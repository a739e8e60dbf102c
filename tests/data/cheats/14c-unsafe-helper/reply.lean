unsafe def loop : (1 : Nat) = 2 := loop
theorem T : (1 : Nat) = 2 := loop
