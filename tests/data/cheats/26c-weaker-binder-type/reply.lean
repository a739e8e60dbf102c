theorem T (n : Unit) : n = () := rfl
