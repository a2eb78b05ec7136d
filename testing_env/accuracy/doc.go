// Package accuracy measures whether verdicts on time and memory are right: near to
// the limits, in every language that differs, beside greedy neighbours, and on a
// machine that is busy with other things.
//
// What runs with the other tests takes seconds. With -long, as make accuracy runs
// it, every limit and ten thousand runs are tried; it prints what it measured.
package accuracy
