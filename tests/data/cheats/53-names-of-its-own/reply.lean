theorem T.proof_1 : True := trivial
def T.match_1 : Nat := 0
theorem T : (1 : Nat) = 2 := by decide
