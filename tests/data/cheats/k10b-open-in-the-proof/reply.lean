theorem T (n : Nat) : n = n := by
  open Nat in exact rfl
