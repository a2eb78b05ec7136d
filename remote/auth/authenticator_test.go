package auth_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"stresstester/remote/auth"
	"stresstester/remote/auth/authtest"
	"stresstester/remote/postgres/postgrestest"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

func TestABearerTokenSaysWhoActs(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	ada := authtest.NewUser(t, db, "ada")
	reader, device := authtest.NewToken(t, db, ada.ID, "reader", auth.ScopeRoomsRead)
	handler := authtest.NewAuthenticator(t, db).Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, ok := auth.FromContext(r.Context())
		if !ok {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		if p.User != ada.ID || p.Username != "ada" {
			t.Errorf("%v acts", p)
		}
		if p.Device == device && (p.Has(auth.ScopeRoomsWrite) || !p.Has(auth.ScopeRoomsRead)) {
			t.Errorf("the reader's token has %v", p.Scopes())
		}
	}))
	for _, test := range []struct {
		name, header string
		want         int
	}{
		{"a token that may do everything", "Bearer " + ada.Token, 200},
		{"the scheme in another case", "bearer " + ada.Token, 200},
		{"a token that may read", "Bearer " + reader, 200},
		{"nothing", "", http.StatusTeapot},
		{"a token with one letter changed", "Bearer " + ada.Token[:len(ada.Token)-1] + "!", 401},
		{"text that no token is", "Bearer hello", 401},
		{"no token", "Bearer ", 401},
		{"a password", "Basic YWRhOnNlY3JldA==", 401},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		if test.header != "" {
			r.Header.Set("Authorization", test.header)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != test.want {
			t.Errorf("%s: %d, want %d", test.name, w.Code, test.want)
		}
	}
}
