def two : Nat := 2

theorem two_is : two = 2 := rfl

theorem T : 2 = 2 := two_is
