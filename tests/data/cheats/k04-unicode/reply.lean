theorem T (α : Type) (a₁ a₂' : α) (h' : a₁ = a₂') : a₂' = a₁ := by
  have hβ'₁ : a₁ = a₂' := h'
  exact hβ'₁.symm
