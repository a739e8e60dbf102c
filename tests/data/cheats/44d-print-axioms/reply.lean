#print axioms Nat.add
theorem T : (1 : Nat) = 2 := rfl
