def a := 1 /- --/
theorem T : (1 : Nat) = 2 := rfl -/ rfl
