open Nat in
@[simp] theorem T (n : Nat) : succ n = n + 1
