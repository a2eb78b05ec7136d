program gen
  implicit none
  character(len=32) :: text
  integer(8) :: state
  integer :: n, i
  call get_command_argument(command_argument_count(), text)
  read (text, *) state
  n = draw(8) + 1
  print '(i0)', n
  print '(*(i0, 1x))', (draw(21) - 10, i = 1, n)
contains
  integer function draw(bound)
    integer, intent(in) :: bound
    state = mod(state * 1103515245_8 + 12345_8, 2147483648_8)
    draw = int(mod(state / 65536_8, int(bound, 8)))
  end function draw
end program gen
