import Mathlib
open Finset

theorem T (s : Finset ℕ) (h : 0 = #s.attach) : 0 ≤ #s ∧ #s.attach = 0
