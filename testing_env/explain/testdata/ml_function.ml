(* input: 3 *)
(* expect: 1\n2\n3 *)
let show x =
  if x = 2 then
    Printf.printf "%d\n" 5 (* WRONG *)
  else
    Printf.printf "%d\n" x

let () =
  let n = read_int () in
  for i = 1 to n do
    show i
  done
