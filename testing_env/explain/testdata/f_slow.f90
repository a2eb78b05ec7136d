! verdict: TLE
! input: 3
! expect: 1
! note: of its time was spent in this line
program slow
  implicit none
  integer(8) :: n, i, steps
  read *, n
  steps = 1
  i = n
  do while (i /= 0)
    steps = mod(steps * 31 + i, 1000003_8) + mod(steps, ior(i, 5_8)) + steps / ior(i, 1_8) ! WRONG
    i = i + 2
  end do
  print *, steps
end program
