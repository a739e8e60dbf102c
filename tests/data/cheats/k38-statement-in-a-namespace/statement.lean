namespace Foo
def two := 2

theorem T : two + 1 = 3
