theorem T : (1 : Nat) = 2 := rfl -- ÿþ
