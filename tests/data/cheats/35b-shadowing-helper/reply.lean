def Nat := Unit
theorem T : (1 : Nat) = 2 := rfl
