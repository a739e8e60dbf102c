inductive B : Type where
  | mk : (B → False) → B
theorem e (b : B) : False := match b with | B.mk f => f (B.mk f)
theorem T : (1 : Nat) = 2 := (e (B.mk e)).elim
