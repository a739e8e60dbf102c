theorem other : True := trivial
alias T := other
