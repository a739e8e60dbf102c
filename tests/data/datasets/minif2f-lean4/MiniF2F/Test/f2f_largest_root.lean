import Mathlib

set_option maxHeartbeats 0

open BigOperators Real Nat Topology Rat

theorem f2f_largest_root : IsGreatest {x : ℝ | x ^ 2 = 4} 2 := by sorry