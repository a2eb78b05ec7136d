package client

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
)

// Account is who uses a server. It holds no secret.
type Account struct {
	Server string `json:"server"`
	// User is the server's ID of the person, Name what people call them.
	User string `json:"user"`
	Name string `json:"name"`
}

// Servers is the list of servers that somebody has signed in to on this machine.
type Servers struct{ Dir string }

type serverList struct {
	Default  string             `json:"default"`
	Accounts map[string]Account `json:"accounts"`
}

func (s Servers) path() string { return filepath.Join(s.Dir, "servers.json") }

func (s Servers) read() (serverList, error) {
	var l serverList
	if err := readJSON(s.path(), &l); err != nil {
		return l, err
	}
	if l.Accounts == nil {
		l.Accounts = map[string]Account{}
	}
	return l, nil
}

func (s Servers) change(change func(*serverList)) error {
	return underLock(nil, s.Dir, "servers.json", func() error {
		l, err := s.read()
		if err != nil {
			return err
		}
		change(&l)
		return writeJSON(s.path(), l)
	})
}

// Add keeps an account, whose server becomes the one that is meant when none is
// named.
func (s Servers) Add(a Account) error {
	return s.change(func(l *serverList) { l.Accounts[a.Server], l.Default = a, a.Server })
}

// Remove forgets an account.
func (s Servers) Remove(server string) error {
	return s.change(func(l *serverList) {
		delete(l.Accounts, server)
		if l.Default == server {
			l.Default = ""
			if rest := slices.Sorted(maps.Keys(l.Accounts)); len(rest) > 0 {
				l.Default = rest[0]
			}
		}
	})
}

// All are the accounts, sorted by server.
func (s Servers) All() ([]Account, error) {
	l, err := s.read()
	if err != nil {
		return nil, err
	}
	var all []Account
	for _, server := range slices.Sorted(maps.Keys(l.Accounts)) {
		all = append(all, l.Accounts[server])
	}
	return all, nil
}

// Find is the account of the named server, or of the default one where none is
// named.
func (s Servers) Find(server string) (Account, error) {
	l, err := s.read()
	if err != nil {
		return Account{}, err
	}
	if server == "" {
		if server = l.Default; server == "" {
			return Account{}, fmt.Errorf("%w: stresstester login SERVER, with the address of your Stress Tester server", ErrSignedOut)
		}
	} else if server, err = Normalize(server); err != nil {
		return Account{}, err
	}
	a, ok := l.Accounts[server]
	if !ok {
		return Account{}, fmt.Errorf("%s: %w: stresstester login %s", server, ErrSignedOut, server)
	}
	return a, nil
}

// IsSignedOut reports whether the remedy is to sign in.
func IsSignedOut(err error) bool { return errors.Is(err, ErrSignedOut) }
