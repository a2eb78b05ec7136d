(* input: 3 *)
(* expect: YES\nNO\nYES *)
let answer odd =
  if odd then print_endline "YES"
  else output_string stdout "N0\n" (* WRONG *)

let () =
  let n = Scanf.scanf " %d" (fun x -> x) in
  List.iter answer (List.init n (fun i -> i mod 2 = 0))
