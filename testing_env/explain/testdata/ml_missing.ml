(* input: 3 *)
(* expect: 1\n2\n3 *)
(* note: ends too early *)
let () =
  let n = read_int () in
  for i = 1 to n - 1 do
    print_int i; (* WRONG *)
    print_newline ()
  done;
  if n < 0 then print_string "no"
