// Package document keeps the texts that are open in the editor, as they are
// there, saved or not.
//
// A Store takes the editor's notifications one after another; a Snapshot is one
// document at one version and never changes, and a View is all of them at one
// moment. Overlay lays a View over the disk, which is how a run sees unsaved
// files. Positions are counted as the protocol counts them, in UTF-16 units
// unless the client offers better.
//
// The package knows nothing of runs and of messages. Start reading at Store.
package document
