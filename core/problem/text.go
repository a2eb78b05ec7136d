package problem

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Text is what a program read or printed. It is usually UTF-8 but need not be.
//
// In JSON it is a string when it is valid UTF-8 and {"base64":"…"} otherwise, so
// that no byte is ever lost or replaced.
type Text []byte

type rawText struct {
	Base64 string `json:"base64"`
}

// MarshalJSON implements json.Marshaler.
func (t Text) MarshalJSON() ([]byte, error) {
	if utf8.Valid(t) {
		return json.Marshal(string(t))
	}
	return json.Marshal(rawText{base64.StdEncoding.EncodeToString(t)})
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *Text) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err == nil {
		*t = Text(s)
		return nil
	}
	var raw rawText
	if err := json.Unmarshal(data, &raw); err != nil {
		return fmt.Errorf("reading text: %w", err)
	}
	b, err := base64.StdEncoding.DecodeString(raw.Base64)
	if err != nil {
		return fmt.Errorf("reading text: %w", err)
	}
	*t = b
	return nil
}

func (t Text) String() string { return string(t) }
