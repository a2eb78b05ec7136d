(* input: 3 *)
(* expect: 1\n2\n4 *)
(* note: put together before *)
let () =
  let b = Buffer.create 16 in
  for i = 1 to read_int () do
    Buffer.add_string b (string_of_int i ^ "\n")
  done;
  print_string (Buffer.contents b) (* WRONG *)
