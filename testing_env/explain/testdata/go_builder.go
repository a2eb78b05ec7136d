// input: 3
// expect: 1\n2\n4
// note: put together before
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	var n int
	fmt.Scan(&n)
	var b strings.Builder
	for i := 1; i <= n; i++ {
		fmt.Fprintln(&b, i)
	}
	os.Stdout.WriteString(b.String()) // WRONG
}
