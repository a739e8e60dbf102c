theorem T.{u} (α : Type u) (a : α) : ∃ b : α, b = a
