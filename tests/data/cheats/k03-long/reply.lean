theorem T : 1 = 1 := by
  have h0 : 0 = 0 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h10 : 10 = 10 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h20 : 20 = 20 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h30 : 30 = 30 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h40 : 40 = 40 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h50 : 50 = 50 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h60 : 60 = 60 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h70 : 70 = 70 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h80 : 80 = 80 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h90 : 90 = 90 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h100 : 100 = 100 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h110 : 110 = 110 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h120 : 120 = 120 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h130 : 130 = 130 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h140 : 140 = 140 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h150 : 150 = 150 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h160 : 160 = 160 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h170 : 170 = 170 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h180 : 180 = 180 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h190 : 190 = 190 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h200 : 200 = 200 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h210 : 210 = 210 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h220 : 220 = 220 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h230 : 230 = 230 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h240 : 240 = 240 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h250 : 250 = 250 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h260 : 260 = 260 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h270 : 270 = 270 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h280 : 280 = 280 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h290 : 290 = 290 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h300 : 300 = 300 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h310 : 310 = 310 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h320 : 320 = 320 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h330 : 330 = 330 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h340 : 340 = 340 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h350 : 350 = 350 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h360 : 360 = 360 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h370 : 370 = 370 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h380 : 380 = 380 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h390 : 390 = 390 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h400 : 400 = 400 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h410 : 410 = 410 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h420 : 420 = 420 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h430 : 430 = 430 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h440 : 440 = 440 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h450 : 450 = 450 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h460 : 460 = 460 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h470 : 470 = 470 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h480 : 480 = 480 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  have h490 : 490 = 490 := rfl
  skip
  skip
  skip
  skip
  skip
  skip
  skip
  exact rfl
