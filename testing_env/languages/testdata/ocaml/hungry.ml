let () = print_int (Array.length (Array.make (1 lsl 42) 0))
