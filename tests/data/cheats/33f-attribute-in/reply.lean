def f : IO Nat := pure 1
attribute [init f] Nat.zero in
theorem h : True := trivial
theorem T : (1 : Nat) = 2 := rfl
