package main

import (
	"fmt"
	"math/rand"
	"os"
	"strconv"
)

func main() {
	seed, _ := strconv.ParseInt(os.Args[len(os.Args)-1], 10, 64)
	r := rand.New(rand.NewSource(seed))
	n := r.Intn(8) + 1
	fmt.Println(n)
	for i := 0; i < n; i++ {
		fmt.Print(r.Intn(21)-10, " ")
	}
	fmt.Println()
}
