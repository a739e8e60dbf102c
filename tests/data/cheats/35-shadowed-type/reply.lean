namespace Q
def Nat := Unit
instance (n : _root_.Nat) : OfNat Nat n := ⟨()⟩
theorem T : (1 : Nat) = 2 := rfl
end Q
