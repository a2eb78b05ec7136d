use std::hint::black_box;

fn main() {
    println!("{}", black_box(vec![1u8; black_box(1 << 45)]).len());
}
