package server_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"

	"stresstester/remote/auth/authtest"
	"stresstester/remote/server"
)

func environment(settings map[string]string) func(string) string {
	return func(name string) string { return settings[name] }
}

func TestUnsafeConfigurationsAreRefused(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"POSTGRES_USR": "stress", "POSTGRES_PSW": "a good one", "POSTGRES_HOST": "127.0.0.1", "POSTGRES_PORT": "1", "POSTGRES_DB_NAME": "stress",
		"OAUTH_SECRET_KEY": authtest.Secret, "STRESSTESTER_PUBLIC_URL": "https://stress.example.org",
	}
	for _, test := range []struct{ name, setting, value, want string }{
		{"no secret", "OAUTH_SECRET_KEY", "", "is missing"},
		{"a short secret", "OAUTH_SECRET_KEY", "0123456789", "at least 32"},
		{"a secret that repeats itself", "OAUTH_SECRET_KEY", strings.Repeat("ab", 20), "repeats itself"},
		{"a secret that says so", "OAUTH_SECRET_KEY", "please-changeme-before-you-use-this-0123456789", "published example"},
		{"a secret from a tutorial", "OAUTH_SECRET_KEY", "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7", "published example"},
		{"a default password of the database", "POSTGRES_PSW", "postgres", "default password"},
		{"no password of the database", "POSTGRES_PSW", "", "default password"},
		{"no database", "POSTGRES_DB_NAME", "", "POSTGRES_DB_NAME"},
		{"http beyond this machine", "STRESSTESTER_PUBLIC_URL", "http://stress.example.org", "need https"},
		{"http on an address of the network", "STRESSTESTER_PUBLIC_URL", "http://192.168.1.2:8080", "need https"},
		{"a name that begins like loopback", "STRESSTESTER_PUBLIC_URL", "http://localhost.example.org", "need https"},
		{"a URL with a path", "STRESSTESTER_PUBLIC_URL", "https://example.org/stress", "nothing after"},
		{"no URL", "STRESSTESTER_PUBLIC_URL", "stress.example.org", "not a URL"},
		{"another scheme", "STRESSTESTER_PUBLIC_URL", "ftp://example.org", "not a URL"},
		{"a provider without a secret", "GITHUB_CLIENT_ID", "id", "client secret"},
		{"a port that is no number", "POSTGRES_PORT", "many", "not a number"},
		{"a flag that is none", "STRESSTESTER_SIGN_UP_CLOSED", "maybe", "true or false"},
		{"a proxy that is no address", "STRESSTESTER_TRUSTED_PROXIES", "lb.internal", "no address"},
	} {
		settings := map[string]string{test.setting: test.value}
		for name, value := range good {
			if _, ok := settings[name]; !ok {
				settings[name] = value
			}
		}
		config, err := server.Load(environment(settings))
		if err == nil {
			_, err = server.New(t.Context(), config, zap.NewNop())
		}
		if !errors.Is(err, server.ErrConfig) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want an error of the configuration that says %q", test.name, err, test.want)
		}
		if test.value != "" && strings.HasPrefix(test.setting, "OAUTH") && strings.Contains(err.Error(), test.value) {
			t.Errorf("%s: the error repeats the secret", test.name)
		}
	}
	config, err := server.Load(environment(good))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.New(t.Context(), config, zap.NewNop()); err == nil || errors.Is(err, server.ErrConfig) {
		t.Errorf("a good configuration is refused, or a database that is not there was reached: %v", err)
	}
}

func TestSettingsComeFromEnvironmentFileAndSecretFiles(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	env := filepath.Join(dir, ".env")
	if err := os.WriteFile(secret, []byte(authtest.Secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(env, []byte(`
# of the old system
export POSTGRES_USR=from_file
POSTGRES_PSW="with spaces = and more"
POSTGRES_PORT='6543'
POSTGRES_DB_NAME = db
OAUTH_SECRET_KEY_FILE=`+secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("POSTGRES_USR", "from_environment")
	get, err := server.Environment(env)
	if err != nil {
		t.Fatal(err)
	}
	c, err := server.Load(get)
	if err != nil {
		t.Fatal(err)
	}
	if c.Database.User != "from_environment" || c.Database.Password != "with spaces = and more" || c.Database.Port != 6543 ||
		c.Database.Database != "db" || string(c.Secret) != authtest.Secret {
		t.Errorf("%+v", c)
	}
	if _, err := server.Environment(filepath.Join(dir, "none")); err != nil {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := os.WriteFile(env, []byte("nonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Environment(env); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("a line that is no setting: %v", err)
	}
}
