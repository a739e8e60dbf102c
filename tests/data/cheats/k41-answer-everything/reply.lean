abbrev T_solution : Set Nat := Set.univ

theorem T (n : Nat) : 0 ≤ n ↔ n ∈ T_solution := ⟨fun _ => trivial, fun _ => Nat.zero_le n⟩
