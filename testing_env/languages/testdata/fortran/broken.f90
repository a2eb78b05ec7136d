program broken
  implicit none
  integer :: n
  read *, n
  print *, m ! <-- error
end program
