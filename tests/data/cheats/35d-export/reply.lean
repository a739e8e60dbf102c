namespace Q
def Nat := Unit
end Q
export Q (Nat)
theorem T : (1 : Nat) = 2 := rfl
