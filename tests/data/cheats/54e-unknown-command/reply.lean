theorem T : (1 : Nat) = 2 := rfl
  #some_command_of_tomorrow
