by exact ⟨rfl, rfl⟩
