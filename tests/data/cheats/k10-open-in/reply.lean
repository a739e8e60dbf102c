open Nat in
theorem T (n : Nat) : 0 + n = n := zero_add n
