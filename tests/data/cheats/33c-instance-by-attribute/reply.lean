def badAdd : HAdd Nat Nat Nat := ⟨fun _ _ => 0⟩
attribute [local instance] badAdd
theorem T : (2 : Nat) + 2 = 0 := rfl
