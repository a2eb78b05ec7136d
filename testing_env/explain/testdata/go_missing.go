// input: 3
// expect: 1\n2\n3
// note: ends too early
package main

import "fmt"

func main() {
	var n int
	fmt.Scan(&n)
	for i := 1; i < n; i++ {
		fmt.Printf("%d\n", i) // WRONG
	}
}
