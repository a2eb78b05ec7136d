let () =
  let n = Scanf.scanf " %d" (fun x -> x) in
  let best = ref min_int and sum = ref (-1 lsl 60) in
  for _ = 1 to n do
    let x = Scanf.scanf " %d" (fun x -> x) in
    sum := max x (!sum + x);
    best := max !best !sum
  done;
  Printf.printf "%d\n" !best
