let () =
  let n = 3 in
  print_endline n (* <-- error *)
