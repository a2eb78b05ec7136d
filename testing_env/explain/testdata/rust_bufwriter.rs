// input: 4
// expect: 1 2 3 4
use std::io::{self, BufWriter, Read, Write};

fn show<W: Write>(out: &mut W, x: usize) {
    write!(out, "{} ", x).unwrap();
}

fn main() {
    let mut s = String::new();
    io::stdin().read_to_string(&mut s).unwrap();
    let n: usize = s.trim().parse().unwrap();
    let mut out = BufWriter::new(io::stdout().lock());
    for i in 1..=n {
        if i == 3 {
            write!(out, "{} ", 7).unwrap(); // WRONG
        } else {
            show(&mut out, i);
        }
    }
    writeln!(out).unwrap();
}
