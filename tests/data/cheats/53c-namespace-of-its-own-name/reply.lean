namespace T
theorem match_1 : True := trivial
end T
theorem T : (1 : Nat) = 2 := rfl
