import Mathlib

set_option maxHeartbeats 0

open BigOperators Real Nat Topology Rat

theorem numbertheory_notEquiv2i2jasqbsqdiv8 (n : ℕ) : n ≠ n + 1 := by sorry