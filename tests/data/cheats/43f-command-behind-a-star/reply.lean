theorem T (h : 1 = 1) : (1 : Nat) = 2 := by
  simp at * #eval 1
