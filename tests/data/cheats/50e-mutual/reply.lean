mutual
theorem T : (1 : Nat) = 2 := U
theorem U : (1 : Nat) = 2 := T
end
