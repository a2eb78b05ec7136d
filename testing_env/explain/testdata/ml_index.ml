(* verdict: RE *)
(* input: 3 *)
(* expect: 1 *)
(* note: Invalid_argument("index out of bounds") *)
let last a =
  a.(Array.length a) (* WRONG *)

let () =
  let n = read_int () in
  let x = last (Array.make n 0) in
  print_int x
