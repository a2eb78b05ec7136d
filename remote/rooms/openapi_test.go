package rooms_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"stresstester/remote/rooms"
)

var update = flag.Bool("update", false, "write docs/openapi.json anew")

func TestTheCommittedDocumentIsTheAPIs(t *testing.T) {
	t.Parallel()
	const path = "../../docs/openapi.json"
	want := rooms.OpenAPI()
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("docs/openapi.json is not what the server serves; write it with: go test ./remote/rooms -run CommittedDocument -update")
	}
}
