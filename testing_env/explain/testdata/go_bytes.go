// input: 4
// expect: YES\nNO\nYES\nNO
package main

import (
	"bufio"
	"fmt"
	"os"
)

func answer(w *bufio.Writer, odd bool) {
	if odd {
		w.WriteString("YES\n")
		return
	}
	w.Write([]byte("N"))
	w.WriteByte('0') // WRONG
	w.WriteRune('\n')
}

func main() {
	w := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer w.Flush()
	var n int
	fmt.Scan(&n)
	for i := 1; i <= n; i++ {
		answer(w, i%2 == 1)
	}
}
