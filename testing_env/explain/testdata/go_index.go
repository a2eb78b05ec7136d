// verdict: RE
// input: 3
// expect: 1
// note: index out of range [3] with length 3
package main

import "fmt"

func last(a []int) int {
	return a[len(a)] // WRONG
}

func main() {
	var n int
	fmt.Scan(&n)
	fmt.Println(last(make([]int, n)))
}
