namespace Aux
theorem help : 1 = 1 := rfl
end Aux

theorem T : 1 = 1 := Aux.help
