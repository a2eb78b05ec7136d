package main

import (
	"bufio"
	"fmt"
	"os"
	"slices"
)

func main() {
	in := bufio.NewReader(os.Stdin)
	var n int
	fmt.Fscan(in, &n)
	values := make([]int, n)
	sum := 0
	for i := range values {
		fmt.Fscan(in, &values[i])
		sum += values[i]
	}
	fmt.Println(sum, slices.Max(values))
}
