abbrev T_solution : Nat → Nat := fun n => if n = 0 then 1 else 2

theorem T : T_solution 0 = 1 := rfl
