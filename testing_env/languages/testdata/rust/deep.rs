use std::hint::black_box;

fn depth(n: u32) -> u32 {
    if black_box(n) == 0 {
        return 0;
    }
    depth(n - 1) + 1
}

fn main() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    println!("{}", depth(line.trim().parse().unwrap()));
}
