set_option maxRecDepth 600
    set_option maxHeartbeats 400000
    open Nat
    theorem T : (2 : Nat) + 2 = 4 := by
have h : (2 : Nat) + 2 = 4 := rfl
exact h

#print axioms T
