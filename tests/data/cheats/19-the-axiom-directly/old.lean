def yes : Bool := true
@[implementedBy yes] def no : Bool := false
theorem T : (1 : Nat) = 2 :=
  absurd (Lean.ofReduceBool no true rfl) (by decide)
