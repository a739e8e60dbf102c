set_option maxRecDepth 600
    theorem T : (1 : Nat) = 2 := rfl
    axiom oracle : False
