program hungry
  implicit none
  integer(8) :: n
  integer, allocatable :: values(:)
  n = 2_8**43
  allocate (values(n))
  values = 1
  print *, sum(values)
end program
