theorem T : (1 : Nat) = 2 := by
  exact foo r#"a" sorry "#
