// input: 4
// expect: 1 2 3 4
use std::io;

fn main() {
    let mut s = String::new();
    io::stdin().read_line(&mut s).unwrap();
    let n: i64 = s.trim().parse().unwrap();
    for i in 1..=n {
        if i > 1 {
            print!(" ");
        }
        if i == 4 {
            print!("{}", i * i); // WRONG
        } else {
            print!("{}", i);
        }
    }
    println!();
}
