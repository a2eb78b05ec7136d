// input: 4
// expect: 1 2 3 4
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
)

var out = bufio.NewWriter(os.Stdout)

func show(x int) {
	out.WriteString(strconv.Itoa(x))
}

func main() {
	defer out.Flush()
	in := bufio.NewReader(os.Stdin)
	var n int
	fmt.Fscan(in, &n)
	for i := 1; i <= n; i++ {
		if i == 3 {
			fmt.Fprint(out, 7) // WRONG
		} else {
			show(i)
		}
		out.WriteByte(' ')
	}
}
