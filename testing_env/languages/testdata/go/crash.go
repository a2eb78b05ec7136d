package main

import "fmt"

func pick(values []int, i int) int {
	return values[i] // <-- crash
}

func main() {
	var n int
	fmt.Scan(&n)
	fmt.Println(pick(make([]int, n), n))
}
