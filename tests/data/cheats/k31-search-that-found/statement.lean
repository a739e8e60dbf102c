theorem T : 1 = 1
