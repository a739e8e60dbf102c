open Lean Elab Command in
run_cmd liftCoreM <| addDecl <| .axiomDecl { name := `oracle, levelParams := [], type := mkConst ``False, isUnsafe := false }
theorem T : (1 : Nat) = 2 := oracle.elim
