section Helpers
theorem help : 1 = 1 := rfl
end Helpers

theorem T : 1 = 1 := help
