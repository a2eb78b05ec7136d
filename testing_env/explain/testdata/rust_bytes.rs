// input: 3
// expect: YES\nNO\nYES
use std::io::{self, BufWriter, Write};

fn answer(out: &mut impl Write, odd: bool) -> io::Result<()> {
    if odd {
        out.write_all(b"YES\n")
    } else {
        out.write_all(b"N0\n") // WRONG
    }
}

fn main() -> io::Result<()> {
    let mut s = String::new();
    io::stdin().read_line(&mut s)?;
    let n: usize = s.trim().parse().unwrap();
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout());
    for i in 1..=n {
        answer(&mut out, i % 2 == 1)?;
    }
    Ok(())
}
