let () =
  Random.init (int_of_string Sys.argv.(Array.length Sys.argv - 1));
  let n = 1 + Random.int 8 in
  Printf.printf "%d\n" n;
  for _ = 1 to n do Printf.printf "%d " (Random.int 21 - 10) done;
  print_newline ()
