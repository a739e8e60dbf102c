theorem T : (1 : Nat) = 2 := rfl
  register_thing_of_tomorrow T
