theorem T : (1 : Nat) = 2 := by_elab pure (Lean.mkConst `x)
