#eval (Id.run do
  repeat pure ()
  return 1 : Nat)
theorem T : (1 : Nat) = 2 := rfl
