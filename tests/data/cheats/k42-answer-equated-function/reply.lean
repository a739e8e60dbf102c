abbrev T_solution : (Nat → Nat) → Prop := fun f => f = (fun n => 3 + n)

theorem T (f : Nat → Nat) (h : ∀ n, f n = n + 3) : T_solution f := funext fun n => (h n).trans (Nat.add_comm n 3)
