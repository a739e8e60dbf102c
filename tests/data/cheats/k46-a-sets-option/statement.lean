set_option checkBinderAnnotations false

theorem T (p : Nat → Prop) [p 1] : 1 = 1
