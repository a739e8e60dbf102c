some_command_of_tomorrow foo
theorem T : (1 : Nat) = 2 := rfl
