// Package hostile is the suite of programs that attack the sandbox, each other and
// the measurements. Every one of them must get the verdict it deserves, and must
// leave the sandbox, its neighbours and the next run as they were.
//
// programs/ holds the attackers. The comment at the top of each tells what it
// tries, in which roles, and which verdict is right; docs/security.md has a table
// made of these comments. An attack that comes through reports itself as a breach
// (see programs/hostile.h), which is never the expected verdict. bystanders/ holds
// the well-behaved programs beside them.
//
// To add an attack, add a file to programs/ and run
//
//	go test ./testing_env/hostile -run TestTable -update
package hostile
