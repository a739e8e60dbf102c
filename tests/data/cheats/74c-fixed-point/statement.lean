abbrev T_solution : Set (Nat → Nat) := sorry

theorem T (f : Nat → Nat) : (∀ n, f n = 2 * f n) ↔ f ∈ T_solution
