// verdict: TLE
// input: 3
// expect: 1
// note: of its time was spent in this line
package main

import "fmt"

func collatz(n int) int {
	steps := 0
	for n != 1<<62 {
		steps += n ^ steps // WRONG
	}
	return steps
}

func main() {
	var n int
	fmt.Scan(&n)
	fmt.Println(collatz(n))
}
