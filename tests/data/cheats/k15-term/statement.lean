theorem T (p q : Prop) (h : p ∧ q) : q ∧ p
