notation "Ν" => Unit
theorem T : (() : Ν) = () := rfl
