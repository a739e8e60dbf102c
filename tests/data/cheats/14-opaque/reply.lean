opaque oracle : PLift False := ⟨sorry⟩
theorem T : (1 : Nat) = 2 := oracle.down.elim
