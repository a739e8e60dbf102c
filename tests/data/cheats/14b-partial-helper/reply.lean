instance : Inhabited ((1 : Nat) = 2) := ⟨loop ()⟩
partial def loop (u : Unit) : (1 : Nat) = 2 := loop u
theorem T : (1 : Nat) = 2 := loop ()
