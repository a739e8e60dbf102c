def yes : Decidable ((1 : Nat) = 2) := isTrue sorry
@[implemented_by yes] def no : Decidable ((1 : Nat) = 2) := inferInstance
theorem T : (1 : Nat) = 2 := by native_decide
