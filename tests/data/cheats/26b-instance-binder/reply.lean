class Handy : Prop where out : (1 : Nat) = 2
theorem T [Handy] : (1 : Nat) = 2 := Handy.out
