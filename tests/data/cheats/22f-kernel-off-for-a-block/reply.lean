set_option debug.skipKernelTC true in
mutual
theorem h : (1 : Nat) = 2 := rfl
end
theorem T : (1 : Nat) = 2 := h
