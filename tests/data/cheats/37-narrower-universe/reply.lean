theorem T (α : Type) (a : α) : ∃ b : α, b = a := ⟨a, rfl⟩
