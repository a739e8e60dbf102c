structure Pair where
  a : Nat
  b : Nat

notation "five" => 5

variable (p : Pair)

theorem T (h : p.a = five) : five = p.a := h.symm
