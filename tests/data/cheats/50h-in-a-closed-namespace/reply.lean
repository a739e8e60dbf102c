namespace A
theorem U : (1 : Nat) = 1 := rfl
end A
open A
theorem T : (1 : Nat) = 2 := U
