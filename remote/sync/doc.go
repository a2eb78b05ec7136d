// Package sync keeps the files of a folder and of a shared room the same.
//
// It works in three steps that are tested apart. What a replica knows of one file
// is a Slot: a value whose methods say what becomes of it when the file was
// edited here, changed there, sent, refused or decided (slot.go); they touch
// nothing. State keeps slots on the disk (state.go). A Replica carries out what the
// slots want: it reads and writes the folder, and talks to the server (replica.go).
// Syncer does so for all rooms whenever there is a reason to (syncer.go).
//
// What is promised: an edit that was recorded survives the process; nothing is
// written over that cannot be found again; what two people changed at the same
// place is shown, never decided. And nobody waits for the server: recording an
// edit takes a write to the disk, everything else happens behind it.
//
// The package knows nothing of editors; they take part through Worktree and
// Buffers. Start reading at Slot.
package sync
