// input: 3
// expect: 1\n2\n4
fn main() {
    let mut s = String::new();
    std::io::stdin().read_line(&mut s).unwrap();
    let n: i32 = s.trim().parse().unwrap();
    let all: Vec<String> = (1..=n).map(|i| i.to_string()).collect();
    println!("{}", all.join("\n")); // WRONG
}
