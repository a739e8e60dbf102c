theorem T : (1 : Nat) = 2 := by
  have h : (1 : Nat) = #exit
