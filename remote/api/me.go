package api

// Me is the answer of GET /v1/me: whose token or session it is.
type Me struct {
	User string `json:"user" format:"uuid"`
	Name string `json:"name" doc:"The user's name, with which they sign in."`
}
