// verdict: TLE
// input: 3
// expect: 1
// note: of its time was spent in this line
package main

import "fmt"

func collatz(n int) int {
	steps := 1
	for n != 0 {
		steps = (steps*31+n)%1000003 + steps%(n|5) + steps/(n|1) // WRONG
		n += 2
	}
	return steps
}

func main() {
	var n int
	fmt.Scan(&n)
	fmt.Println(collatz(n))
}
