import Mathlib

theorem T : ∑' k : ℕ, (0 : ℝ) = 0 := by
  simp
