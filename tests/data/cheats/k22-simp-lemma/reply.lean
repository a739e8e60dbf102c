@[simp] theorem help (n : Nat) : n - n = 0 := Nat.sub_self n

theorem T (n : Nat) : n - n = 0 := by simp
