! verdict: RE
! input: 3
! expect: 1
! note: Index '4' of dimension 1 of array 'a' above upper bound of 3
program bounds
  implicit none
  integer :: n
  integer, allocatable :: a(:)
  read *, n
  allocate (a(n))
  a = 1
  print *, a(n + 1) ! WRONG
end program
