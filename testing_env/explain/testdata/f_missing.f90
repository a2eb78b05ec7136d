! input: 3
! expect: 1\n2\n3
! note: ends too early
program missing
  implicit none
  integer :: n, i
  read *, n
  do i = 1, n - 1
    write (*, *) i ! WRONG
  end do
end program
