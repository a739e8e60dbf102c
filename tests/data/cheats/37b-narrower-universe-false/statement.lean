theorem T.{u} : ∀ (α : Type u) (a b : α), a = b
