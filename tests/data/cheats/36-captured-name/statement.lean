theorem T (a b : α) : a = b
