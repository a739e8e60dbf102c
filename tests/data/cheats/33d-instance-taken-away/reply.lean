attribute [-instance] instHAdd
theorem T : (2 : Nat) + 2 = 0 := rfl
