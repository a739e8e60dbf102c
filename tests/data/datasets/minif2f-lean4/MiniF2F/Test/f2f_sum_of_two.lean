import Mathlib

set_option maxHeartbeats 0

open BigOperators Real Nat Topology Rat

theorem f2f_sum_of_two (a b : ℕ) (h₀ : a = 2) (h₁ : b = 3) : a + b = 5 := by sorry