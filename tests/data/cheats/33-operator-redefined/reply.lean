local instance : HAdd Nat Nat Nat := ⟨fun _ _ => 0⟩
theorem T : (2 : Nat) + 2 = 0 := rfl
