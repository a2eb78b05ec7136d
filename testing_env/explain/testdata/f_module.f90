! input: 3
! expect: YES\nNO\nYES
module answers
contains
  subroutine say(odd)
    logical, intent(in) :: odd
    if (odd) then
      write (6, '(A)') 'YES'
    else
      write (6, '(A)') 'N0' ! WRONG
    end if
  end subroutine
end module

program main
  use answers
  implicit none
  integer :: n, i
  read (5, *) n
  do i = 1, n
    call say(mod(i, 2) == 1)
  end do
end program
