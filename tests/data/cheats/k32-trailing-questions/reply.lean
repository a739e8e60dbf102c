theorem T : 1 = 1 := by
  exact rfl

#print axioms T
#check T
