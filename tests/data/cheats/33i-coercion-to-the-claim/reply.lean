instance : Coe True ((1 : Nat) = 2) := ⟨fun _ => rfl⟩
theorem T : (1 : Nat) = 2 := trivial
