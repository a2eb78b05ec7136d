(* input: 4 *)
(* expect: 1 2 3 4 *)
let rec go i n =
  if i <= n then begin
    if i = 3 then
      print_string "7" (* WRONG *)
    else
      print_int i;
    print_char ' ';
    go (i + 1) n
  end

let () = Scanf.scanf " %d" (go 1)
