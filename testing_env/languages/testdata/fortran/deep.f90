program deep
  implicit none
  integer :: n
  read *, n
  print '(I0)', depth(n)
contains
  recursive integer function depth(n) result(d)
    integer, intent(in) :: n
    if (n == 0) then
      d = 0
    else
      d = depth(n - 1) + 1
    end if
  end function
end program
