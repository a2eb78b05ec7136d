(* Tells which line of an OCaml program printed one byte of its standard output.

   Linked before the program, with wrap.c around the runtime's output functions, which
   call back to here when the byte at OFFSET was written; see trace.c for the order and
   the log. Frames are "LINE:FUNCTION". No samples are taken: where OCaml lets itself be
   interrupted, it does not know its line. *)

let log = ref (-1)

let library name = List.exists (fun prefix -> String.starts_with ~prefix name) [ "Stdlib"; "Camlinternal"; "Stresstester."; "Unix."; "Str."; "Std_exit" ]

(* Format keeps what it is given, so that whoever makes it go on need not have printed it. *)
let kept_back slots =
  Array.exists (fun slot -> match Printexc.Slot.name slot with Some name -> String.starts_with ~prefix:"Stdlib__Format." name | None -> false) slots

let frames () =
  let of_slot slot =
    match (Printexc.Slot.location slot, Printexc.Slot.name slot) with
    | Some { Printexc.line_number; _ }, Some name when not (library name) ->
        Some (Printf.sprintf "%d:%s" line_number (String.map (fun c -> if c = ' ' then '_' else c) name))
    | _ -> None
  in
  match Printexc.backtrace_slots (Printexc.get_callstack 80) with
  | None -> ""
  | Some slots when kept_back slots -> ""
  | Some slots -> String.concat " " (List.filter_map of_slot (Array.to_list slots))

external write_log : int -> string -> unit = "stresstester_log"
external start : int -> unit = "stresstester_start"

let wrote first last = write_log !log (Printf.sprintf "w %d %d %s\n" first last (frames ()))

let () =
  match Sys.getenv_opt "STRESSTESTER_TRACE" with
  | None -> ()
  | Some order -> (
      match List.map int_of_string (String.split_on_char ':' order) with
      | [ fd; wanted ] ->
          log := fd;
          Callback.register "stresstester_wrote" wrote;
          start wanted
      | _ -> ())
