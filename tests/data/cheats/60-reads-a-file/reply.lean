theorem T : (1 : Nat) = 2 := by
  exact foo (include_str "/etc/passwd")
