theorem T : 3 = 3
