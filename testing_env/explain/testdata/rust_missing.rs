// input: 3
// expect: 1\n2\n3
// note: ends too early
use std::io::{stdin, stdout, BufWriter, Write};

fn main() {
    let mut s = String::new();
    stdin().read_line(&mut s).unwrap();
    let n: i32 = s.trim().parse().unwrap();
    let mut out = BufWriter::new(stdout());
    for i in 1..n {
        writeln!(out, "{}", i).unwrap(); // WRONG
    }
}
