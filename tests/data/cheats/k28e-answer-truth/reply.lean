abbrev T_solution : Prop := True

theorem T : 1 = 1 ↔ T_solution := ⟨fun _ => trivial, fun _ => rfl⟩
