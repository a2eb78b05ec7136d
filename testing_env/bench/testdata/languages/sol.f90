program sol
  implicit none
  integer :: n, i
  integer(8) :: best, sum
  integer(8), allocatable :: a(:)
  read *, n
  allocate (a(n))
  read *, a
  best = -2_8**60
  sum = best
  do i = 1, n
    sum = max(a(i), sum + a(i))
    best = max(best, sum)
  end do
  print '(i0)', best
end program sol
