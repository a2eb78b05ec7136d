fn main() {
    let mut state: u64 = std::env::args().last().unwrap().parse().unwrap();
    let mut next = |n: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % n
    };
    let n = next(8) + 1;
    println!("{}", n);
    for _ in 0..n {
        print!("{} ", next(21) as i64 - 10);
    }
    println!();
}
