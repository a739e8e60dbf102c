theorem T (n : Nat) : n = n := go n
where
  go (m : Nat) : m = m := rfl
