theorem Foo.T.match_1 : True := trivial

theorem Foo.T : (1 : Nat) = 2 := by decide
