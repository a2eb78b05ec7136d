! input: 3
! expect: 1\n2\n3
program function_
  implicit none
  integer :: n, i
  read (*, *) n
  do i = 1, n
    call show(i)
  end do
contains
  subroutine show(x)
    integer, intent(in) :: x
    if (x == 2) then
      print '(I0)', 5 ! WRONG
    else
      print '(I0)', x
    end if
  end subroutine
end program
