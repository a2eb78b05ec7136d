(* verdict: TLE *)
(* input: 3 *)
(* expect: 1 *)
(* note: of its time was spent in this line *)
let collatz n =
  let steps = ref 0 and i = ref n in
  while !i <> 0 do
    steps := (!steps * 31 + !i) mod 1000003 + (!steps mod (!i lor 5)); (* WRONG *)
    i := !i + 2
  done;
  !steps

let () = print_int (collatz (read_int ()))
