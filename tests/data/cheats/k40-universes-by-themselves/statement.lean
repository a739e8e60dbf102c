theorem T {α : Type _} {β : Sort _} (a : α) (b : β) (c : γ) : (a, c) = (a, c) ∧ b = b
