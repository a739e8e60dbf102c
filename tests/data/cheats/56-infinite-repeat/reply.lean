theorem T : (1 : Nat) = 2 := by
  repeat (first | skip | rfl)
  rfl
