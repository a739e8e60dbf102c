import Mathlib

theorem T (x : ℝ) (h : 0 < x) : 0 < x * x
