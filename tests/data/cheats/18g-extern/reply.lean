@[extern "lean_true"] def yes : Bool := false
theorem T : (1 : Nat) = 2 := by decide
