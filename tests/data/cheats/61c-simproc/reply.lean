simproc go ((1 : Nat) = 2) := fun _ => pure .continue
theorem T : (1 : Nat) = 2 := by simp [go]
