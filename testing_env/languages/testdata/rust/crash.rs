fn pick(values: &[i32], i: usize) -> i32 {
    values[i] // <-- crash
}

fn main() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let n: usize = line.trim().parse().unwrap();
    println!("{}", pick(&vec![0; n], n));
}
