section
variable (n : Nat)
theorem help : n = n := rfl
end

theorem T : 1 = 1 := help 1
