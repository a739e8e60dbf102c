unsafe def badNat : Nat := unsafeCast "zz"
@[implemented_by badNat] opaque odd : Nat
open Lean in
run_cmd Elab.Command.liftCoreM <| addDecl <| .defnDecl
  { name := `lit, levelParams := [], type := mkConst ``Nat,
    value := mkRawNatLit odd, hints := .abbrev, safety := .safe }
theorem T : (1 : Nat) = 2 := rfl
