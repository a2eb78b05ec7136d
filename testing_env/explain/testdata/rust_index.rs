// verdict: RE
// input: 3
// expect: 1
// note: index out of bounds: the len is 3 but the index is 3
fn last(a: &[i32]) -> i32 {
    a[a.len()] // WRONG
}

fn main() {
    let mut s = String::new();
    std::io::stdin().read_line(&mut s).unwrap();
    let n: usize = s.trim().parse().unwrap();
    println!("{}", last(&vec![0; n]));
}
