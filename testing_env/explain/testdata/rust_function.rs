// input: 3
// expect: 1\n2\n3
use std::io::Read;

fn show(x: i32) {
    if x == 2 {
        println!("{}", 5); // WRONG
    } else {
        println!("{}", x);
    }
}

fn main() {
    let mut s = String::new();
    std::io::stdin().read_to_string(&mut s).unwrap();
    let n: i32 = s.trim().parse().unwrap();
    for i in 1..=n {
        show(i);
    }
}
