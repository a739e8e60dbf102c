theorem T : (1 : Nat) = 2 := dbg_trace "x"; rfl
