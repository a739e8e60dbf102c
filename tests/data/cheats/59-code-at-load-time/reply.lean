initialize IO.FS.writeFile "pwned" "1"
theorem T : (1 : Nat) = 2 := rfl
