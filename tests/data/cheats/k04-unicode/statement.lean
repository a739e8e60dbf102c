theorem T (α : Type) (a₁ a₂' : α) (h' : a₁ = a₂') : a₂' = a₁
