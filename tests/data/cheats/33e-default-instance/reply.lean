@[default_instance 2000] instance : OfNat Unit n := ⟨()⟩
theorem T : 1 = 2 := rfl
