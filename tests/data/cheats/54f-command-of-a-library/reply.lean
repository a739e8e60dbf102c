theorem T : (1 : Nat) = 2 := rfl
  name_poly_vars X over Nat
