let () =
  Scanf.scanf " %d" (fun n ->
      let values = List.init n (fun _ -> Scanf.scanf " %d" (fun x -> x)) in
      Printf.printf "%d %d\n" (List.fold_left ( + ) 0 values) (List.fold_left max min_int values))
