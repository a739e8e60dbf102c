theorem T : 1 = 2
