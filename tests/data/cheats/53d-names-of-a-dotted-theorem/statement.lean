theorem Foo.T : (1 : Nat) = 2
