by simp [h]
