import Mathlib

set_option maxHeartbeats 0

open BigOperators Real Nat Topology Rat

theorem f2f_parity (n : ℕ) :
    Even (2 * n) := by sorry