import Mathlib

abbrev T_solution : Set ℝ := {x | -1 ≤ x ∧ x < 2}

theorem T (x : ℝ) : (-1 ≤ x ∧ x < 2) ↔ x ∈ T_solution := Iff.rfl
