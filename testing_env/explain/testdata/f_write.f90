! input: 4
! expect: 1 2 3 4
program write_
  implicit none
  integer :: n, i
  read *, n
  do i = 1, n
    if (i == 3) then
      write (*, '(I0,A)', advance='no') 7, ' ' ! WRONG
    else
      write (*, '(I0,A)', advance='no') i, ' '
    end if
  end do
  print *
end program
