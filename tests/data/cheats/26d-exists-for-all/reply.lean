theorem T : ∃ n : Nat, n = 0 := ⟨0, rfl⟩
