let pick values i =
  1 + values.(i) (* <-- crash *)

let () = Scanf.scanf " %d" (fun n -> Printf.printf "%d\n" (pick (Array.make n 0) n))
