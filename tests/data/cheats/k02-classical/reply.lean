theorem T (p : Prop) : p ∨ ¬ p := Classical.em p
