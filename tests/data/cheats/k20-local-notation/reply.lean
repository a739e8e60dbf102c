local infixl:65 " ⊕⊕ " => Nat.add

theorem help (n : Nat) : n ⊕⊕ 0 = n := rfl

theorem T (n : Nat) : n + 0 = n := help n
