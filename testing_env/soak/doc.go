// Package soak runs the sandbox for a long time on programs that fail in every way on
// some of the tests, while somebody kills processes in it at random, and looks for
// wrong verdicts and for anything that grows.
//
// Which test fails how is known beforehand: programs and tests compute the same fate
// from the test's seed. With the other tests a few thousand are run; make soak runs a
// million.
package soak
