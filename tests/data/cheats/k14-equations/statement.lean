theorem T : ∀ n : Nat, n = n
