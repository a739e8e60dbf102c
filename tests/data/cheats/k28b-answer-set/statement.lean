import Mathlib

abbrev T_solution : Set ℝ := sorry

theorem T (x : ℝ) : (-1 ≤ x ∧ x < 2) ↔ x ∈ T_solution
