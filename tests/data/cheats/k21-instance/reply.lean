structure Box where
  val : Nat

instance : Inhabited Box := ⟨⟨3⟩⟩

theorem T : 3 = 3 := (rfl : (Inhabited.default : Box).val = 3)
