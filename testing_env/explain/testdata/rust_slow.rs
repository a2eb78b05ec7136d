// verdict: TLE
// input: 3
// expect: 1
// note: of its time was spent in this line
fn collatz(n: u64) -> u64 {
    let mut steps = 0u64;
    let mut i = n;
    while i != 0 {
        steps = steps.wrapping_mul(i ^ steps).wrapping_add(steps / (i | 1)).rotate_left((i & 7) as u32) % 1000003; // WRONG
        i += 2;
    }
    steps
}

fn main() {
    let mut s = String::new();
    std::io::stdin().read_line(&mut s).unwrap();
    println!("{}", collatz(s.trim().parse().unwrap()));
}
