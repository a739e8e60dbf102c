def α := Unit
theorem T (a b : α) : a = b := rfl
