use std::io::Read;

fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    let (mut best, mut sum) = (i64::MIN, -1i64 << 60);
    for x in text.split_whitespace().skip(1) {
        let x: i64 = x.parse().unwrap();
        sum = x.max(sum + x);
        best = best.max(sum);
    }
    println!("{}", best);
}
