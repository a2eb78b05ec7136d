program crash
  implicit none
  integer :: n, i
  integer, allocatable :: values(:)
  read *, n
  allocate (values(n))
  do i = 1, n + 1
    values(i) = i ! <-- crash
  end do
  print *, values(n)
end program
