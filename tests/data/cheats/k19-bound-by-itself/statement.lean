theorem T (a : α) : a = a
