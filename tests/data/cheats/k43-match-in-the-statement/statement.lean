theorem T (n : Nat) :
  match n with
  | 0 => 0 = 0
  | m + 1 => m = m
