theorem T : 2 ∣ 4
