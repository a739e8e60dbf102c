namespace Foo
def two := 2

theorem help : two = 2 := rfl

theorem T : two + 1 = 3 := by rw [help]
end Foo
