// Package forkserver runs one program many times without starting it many times.
//
// A Server is a process of the program that the preloaded shim (testing_env/shim)
// has stopped before its first constructor. Each Run makes a child of it: by fork,
// or, much faster, within the server's own memory, which the shim puts back in
// order afterwards (a snapshot). The program cannot tell the difference from a
// fresh start, but for addresses, which stay the same from run to run.
//
// The package knows nothing of roles, verdicts or the wire. It trusts a server as
// little as a program under test, for that is what it is: a server that dies,
// hangs or talks nonsense costs its own run, is replaced by a slower one and, in
// the end, given up. What a Run returns is then an *Unusable, and the caller
// executes the program afresh.
//
// Start reading at Config, Request and Outcome; testing_env/shim/README.md has the
// protocol and tells what is protected from whom.
package forkserver
