local notation "(fun (" p " : " q ") (" r " : " s ") => " t ")" => fun (p : Prop) (_ : p) => True
theorem T : (1 : Nat) = 2 := rfl
