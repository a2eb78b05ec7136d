package server

import (
	"sync/atomic"
	"time"
)

// attention is when an editor's window was used last, and in which document, as
// far as the protocol lets a server know: clients that tell of their focus are
// believed, others give themselves away by what they send.
type attention struct {
	last     atomic.Int64
	document atomic.Pointer[string]
}

func (a *attention) note() { a.last.Store(time.Now().UnixNano()) }

// noteDocument notes that the user works on a document.
func (a *attention) noteDocument(uri string) {
	a.document.Store(&uri)
	a.note()
}

// documentURI is the document that was worked on last, or empty.
func (a *attention) documentURI() string {
	if uri := a.document.Load(); uri != nil {
		return *uri
	}
	return ""
}
