@[csimp] theorem swap : @id = @id := rfl
theorem T : (1 : Nat) = 2 := by decide
