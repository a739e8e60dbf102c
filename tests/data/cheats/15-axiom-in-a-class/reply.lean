class Handy : Prop where out : (1 : Nat) = 2
@[instance] axiom handy : Handy
theorem T : (1 : Nat) = 2 := Handy.out
