import MiniF2F.Test.f2f_parity
