package rooms

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"stresstester/core/problem"
	"stresstester/remote/api"
	"stresstester/remote/auth"
)

// Handler answers all paths below /v1/. It expects auth's middleware in front, which says who acts.
// Browsers' requests from other sites are refused, since a cookie comes along with them.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	humaAPI := s.register(mux)
	document := openAPI(humaAPI)
	mux.HandleFunc("GET "+api.PathOpenAPI, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		w.Header().Set("Cache-Control", "public, max-age=300")
		_, _ = w.Write(document)
	})
	mux.HandleFunc("/v1/", func(w http.ResponseWriter, r *http.Request) { s.unknownPath(w, r, mux) })
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, forbidden("this request comes from another site"))
	}))
	return guard.Handler(mux)
}

// unknownPath tells a wrong path from a wrong method.
func (s *Service) unknownPath(w http.ResponseWriter, r *http.Request, mux *http.ServeMux) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		probe := r.Clone(r.Context())
		probe.Method = method
		if _, pattern := mux.Handler(probe); pattern != "" && pattern != "/v1/" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		writeProblem(w, newProblem(http.StatusNotFound, api.CodeNotFound, "there is no such path; /v1/openapi.json has them all"))
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	writeProblem(w, newProblem(http.StatusMethodNotAllowed, api.CodeMethodNotAllowed, "this path takes "+strings.Join(allowed, ", ")))
}

func writeProblem(w http.ResponseWriter, p *api.Problem) {
	maps.Copy(w.Header(), p.GetHeaders())
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// OpenAPI is the document of the API, as /v1/openapi.json has it.
func OpenAPI() []byte {
	s := &Service{limits: api.DefaultLimits(), rates: newRates(0)}
	return openAPI(s.register(http.NewServeMux()))
}

func openAPI(a huma.API) []byte {
	text, err := json.MarshalIndent(a.OpenAPI(), "", "  ")
	if err != nil {
		panic("the API's document cannot be written: " + err.Error()) // it depends on nothing but the code
	}
	return append(text, '\n')
}

// huma makes problems of its own for requests that do not fit their types. It has one
// function for that in the whole process.
var replaceErrors = sync.OnceFunc(func() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		p := newProblem(status, api.CodeInvalid, message)
		switch status {
		case http.StatusRequestEntityTooLarge:
			p.Code = api.CodeTooLarge
		case http.StatusNotAcceptable, http.StatusUnsupportedMediaType:
			p.Code = api.CodeUnsupportedContent
		case http.StatusInternalServerError:
			p.Code = api.CodeInternal
		}
		p.Type = "urn:stresstester:problem:" + string(p.Code)
		for _, err := range errs {
			var d *huma.ErrorDetail
			if errors.As(err, &d) {
				p.Errors = append(p.Errors, api.FieldError{Location: d.Location, Message: d.Message})
			} else if err != nil {
				p.Errors = append(p.Errors, api.FieldError{Message: err.Error()})
			}
		}
		return p
	}
})

// textSchema is how problem.Text looks in JSON.
type textSchema struct{}

// Schema implements huma.SchemaProvider.
func (textSchema) Schema(huma.Registry) *huma.Schema {
	object := &huma.Schema{Type: "object", Properties: map[string]*huma.Schema{"base64": {Type: "string", ContentEncoding: "base64"}}, Required: []string{"base64"}, AdditionalProperties: false}
	object.PrecomputeMessages()
	text := &huma.Schema{OneOf: []*huma.Schema{{Type: "string"}, object}, Description: "A string if it is UTF-8, an object with its base64 otherwise."}
	text.PrecomputeMessages()
	return text
}

// register adds all operations to the mux.
func (s *Service) register(mux *http.ServeMux) huma.API {
	replaceErrors()
	config := huma.DefaultConfig("Stress Tester rooms", "1")
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil
	config.Info.Description = "Rooms of the shared server: files, conflicts, sync, members, runs and counterexamples. docs/api.md explains it and what the server promises."
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"bearer": {Type: "http", Scheme: "bearer"}}
	config.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[problem.Text](), reflect.TypeFor[textSchema]())
	a := humago.New(mux, config)
	a.UseMiddleware(s.admit)
	s.registerMe(a)
	s.registerRooms(a)
	s.registerFiles(a)
	s.registerMembers(a)
	s.registerRuns(a)
	s.registerSync(a)
	return a
}

// anonymous marks operations that need nobody to be signed in.
const anonymous = "anonymous"

// admit lets those in who are signed in, at the rate that they may have.
func (s *Service) admit(ctx huma.Context, next func(huma.Context)) {
	ctx.SetHeader("Cache-Control", "private, no-cache")
	p, ok := auth.FromContext(ctx.Context())
	if !ok && ctx.Operation().Metadata[anonymous] == nil {
		refuse(ctx, unauthenticated())
		return
	}
	if ok {
		if wait := s.rates.take(p.User, time.Now()); wait > 0 {
			refuse(ctx, tooManyRequests(wait, s.limits.RequestsPerMin))
			return
		}
	}
	next(ctx)
}

func refuse(ctx huma.Context, p *api.Problem) {
	_, w := humago.Unwrap(ctx)
	writeProblem(w, p)
}

// operation describes one route; body is the largest request in bytes.
func (s *Service) operation(id, method, path, summary string, statuses ...int) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary, Errors: append([]int{401, 404, 422, 429, 503}, statuses...),
		MaxBodyBytes: int64(s.limits.RequestBytes), BodyReadTimeout: 30 * time.Second,
		Security: []map[string][]string{{"bearer": {}}}, Tags: []string{strings.SplitN(strings.TrimPrefix(path, "/v1/"), "/", 2)[0]},
	}
}

func open(o huma.Operation) huma.Operation {
	o.Security = nil
	o.Metadata = map[string]any{anonymous: true}
	return o
}

// actor is who acts. Operations that are open to everybody have an actor without rights.
func actor(ctx context.Context) Actor {
	p, ok := auth.FromContext(ctx)
	if !ok {
		return Actor{}
	}
	return ActorOf(p)
}

// What requests have in common. The names are exported because huma sets only such fields.

// KeyHeader is the header of writes.
type KeyHeader struct {
	Key string `header:"Idempotency-Key" doc:"device:n, a name of the device and a number never used for another request. A retry with the same key is done once."`
}

// actor is who acts with which key; request is everything that makes the request what it is.
func (k KeyHeader) actor(ctx context.Context, operation string, request ...any) (Actor, error) {
	a := actor(ctx)
	if k.Key == "" {
		return a, nil
	}
	key, err := api.ParseIdempotencyKey(k.Key)
	if err != nil {
		return a, invalid("header.Idempotency-Key", err.Error())
	}
	text, err := json.Marshal(append([]any{operation}, request...))
	if err != nil {
		return a, invalid("body", "the request cannot be written down as JSON")
	}
	sum := sha256.Sum256(text)
	return a.keyed(&key, sum[:]), nil
}

// BaseHeader is the header of conditional writes.
type BaseHeader struct {
	IfMatch string `header:"If-Match" doc:"The revision that the change is based on, such as \"17\"; \"0\" for a file that never existed."`
}

func (b BaseHeader) base() (api.Revision, error) {
	if b.IfMatch == "" {
		return 0, revisionRequired()
	}
	rev, err := api.ParseETag(b.IfMatch)
	if err != nil {
		return 0, invalid("header.If-Match", err.Error())
	}
	return rev, nil
}

// UnlessHeader is the header of conditional reads.
type UnlessHeader struct {
	IfNoneMatch string `header:"If-None-Match" doc:"An ETag that the client has; the answer is 304 if it is still the current one."`
}

// has reports whether the client has the revision.
func (u UnlessHeader) has(rev api.Revision) bool {
	for tag := range strings.SplitSeq(u.IfNoneMatch, ",") {
		if had, err := api.ParseETag(tag); err == nil && had == rev {
			return true
		}
	}
	return false
}

// RoomPath names a room.
type RoomPath struct {
	Room string `path:"room" format:"uuid"`
}

// SlotPath names a file of a room.
type SlotPath struct {
	RoomPath
	Slot string `path:"slot" maxLength:"300" doc:"A role such as tested, or config, include:NAME, test:NAME.in, test:NAME.ans."`
}

// MemberPath names a member of a room.
type MemberPath struct {
	RoomPath
	User string `path:"user" format:"uuid"`
}

// ShareHeader is how a share link is followed.
type ShareHeader struct {
	Token string `header:"Share-Token" required:"true" maxLength:"100"`
}

// PageQuery asks for a page of a list.
type PageQuery struct {
	Cursor string `query:"cursor" maxLength:"400" doc:"The field next of the page before."`
	Limit  int    `query:"limit" minimum:"0" maximum:"1000" doc:"Items of a page, at most what the capabilities say."`
}

// answer is a body with the headers that some have.
type answer[T any] struct {
	Status   int
	ETag     string `header:"ETag"`
	Replayed string `header:"Idempotency-Replayed"`
	Body     *T
}

func ok[T any](body T, err error) (*answer[T], error) {
	if err != nil {
		return nil, err
	}
	return &answer[T]{Status: http.StatusOK, Body: &body}, nil
}

func (a *answer[T]) tagged(rev api.Revision) *answer[T] {
	a.ETag = rev.ETag()
	return a
}

func (a *answer[T]) replay(replayed bool) *answer[T] {
	if replayed {
		a.Replayed = "true"
	}
	return a
}

func (a *answer[T]) made(made bool) *answer[T] {
	if made {
		a.Status = http.StatusCreated
	}
	return a
}

// notModified is the answer to a client that has it.
func notModified[T any](rev api.Revision) *answer[T] {
	return &answer[T]{Status: http.StatusNotModified, ETag: rev.ETag()}
}

type nothing struct{}

func none(err error) (*nothing, error) {
	if err != nil {
		return nil, err
	}
	return &nothing{}, nil
}
