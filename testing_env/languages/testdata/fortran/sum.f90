program sums
  implicit none
  integer :: n
  integer(8), allocatable :: values(:)
  include 'totals.inc'
  read *, n
  allocate (values(n))
  read *, values
  total = sum(values)
  print '(I0, 1X, I0)', total, maxval(values)
end program
