// input: 3
// expect: 1\n2\n3
package main

import "fmt"

func show(x int) {
	if x == 2 {
		fmt.Println(5) // WRONG
	} else {
		fmt.Println(x)
	}
}

func main() {
	var n int
	fmt.Scan(&n)
	for i := 1; i <= n; i++ {
		show(i)
	}
}
