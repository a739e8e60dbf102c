theorem T (p : Prop) : p ∨ ¬ p
