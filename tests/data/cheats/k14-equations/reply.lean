theorem T : ∀ n : Nat, n = n
  | 0 => rfl
  | n+1 => rfl
