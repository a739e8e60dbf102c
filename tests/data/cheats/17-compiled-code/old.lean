def yes : Bool := true
@[implementedBy yes] def no : Bool := false
theorem T : (1 : Nat) = 2 :=
  absurd (show no = true by nativeDecide) (by decide)
