package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	in := bufio.NewReader(os.Stdin)
	var n, x int
	fmt.Fscan(in, &n)
	best, sum := -1<<60, -1<<60
	for ; n > 0; n-- {
		fmt.Fscan(in, &x)
		sum = max(x, sum+x)
		best = max(best, sum)
	}
	fmt.Println(best)
}
