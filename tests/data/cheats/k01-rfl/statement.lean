theorem T : 2 + 2 = 4
