structure P where
  n : Nat
  deriving DecidableEq
theorem T : (1 : Nat) = 2 := rfl
