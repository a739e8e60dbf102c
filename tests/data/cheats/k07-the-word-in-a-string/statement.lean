theorem T : "sorry".length = 5
