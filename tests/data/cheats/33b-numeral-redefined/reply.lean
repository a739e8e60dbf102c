instance : OfNat Nat n := ⟨0⟩
theorem T : (1 : Nat) = 2 := rfl
