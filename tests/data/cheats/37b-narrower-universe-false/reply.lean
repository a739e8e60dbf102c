theorem T : ∀ (α : Type) (a b : α), α = Nat → a = b := by
  intro α a b h
  exact rfl
