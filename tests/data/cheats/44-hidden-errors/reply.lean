#guard_msgs (drop all) in
theorem T : (1 : Nat) = 2 := rfl
