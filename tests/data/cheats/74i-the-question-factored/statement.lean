abbrev T_solution : Nat → Prop := sorry

theorem T (n : Nat) : (∃ a : Nat, n = a * a + 3 * a) ↔ T_solution n
