package api

// Me is the answer of GET /v1/me: whose token or session it is.
type Me struct {
	User string `json:"user" format:"uuid"`
	Name string `json:"name" doc:"The user's name, with which they sign in."`
}

// Usage is the answer of GET /v1/me/usage: what the user takes of this server.
type Usage struct {
	Items []UsageItem `json:"items" nullable:"false"`
	// RequestsPerMinute is what the user may ask each server process; 0 for no bound.
	RequestsPerMinute int `json:"requests_per_minute"`
}

// UsageItem is one thing that is counted.
type UsageItem struct {
	// Name is that of the limit in Limits, where there is one.
	Name  string `json:"name" enum:"rooms_per_user,user_bytes,current_bytes,deleted_rooms,other_rooms,runs,counterexamples,devices,personal_tokens,feeds_per_user"`
	Used  int64  `json:"used"`
	Limit int64  `json:"limit,omitempty" doc:"Absent where there is none."`
	Bytes bool   `json:"bytes,omitempty" doc:"The numbers are bytes."`
}
