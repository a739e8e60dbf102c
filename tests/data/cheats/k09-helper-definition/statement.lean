theorem T : 2 = 2
