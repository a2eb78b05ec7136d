package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// ErrNoUser means that nobody has that name.
var ErrNoUser = errors.New("there is no such user")

// SetAdministrator makes a user somebody who looks after the server, or nobody special. It
// acts as the database's owner: the servers' own role may not do this.
func SetAdministrator(ctx context.Context, config Config, username string, administrator bool) error {
	conn, err := pgx.Connect(ctx, config.connString())
	if err != nil {
		return fmt.Errorf("reaching the database %v: %w", config, hide(err, config))
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	query := `insert into auth.administrators (user_id) select id from auth.users where lower(username) = lower($1)
		on conflict (user_id) do update set user_id = excluded.user_id returning user_id`
	if !administrator {
		query = `with u as (select id from auth.users where lower(username) = lower($1)),
			d as (delete from auth.administrators where user_id in (select id from u)) select id from u`
	}
	var id string
	switch err := conn.QueryRow(ctx, query, username).Scan(&id); {
	case errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("%w: %s", ErrNoUser, username)
	case err != nil:
		return fmt.Errorf("changing who looks after the server: %w", err)
	}
	return nil
}

// Administrators lists the names of those who look after the server.
func Administrators(ctx context.Context, config Config) ([]string, error) {
	conn, err := pgx.Connect(ctx, config.connString())
	if err != nil {
		return nil, fmt.Errorf("reaching the database %v: %w", config, hide(err, config))
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	rows, err := conn.Query(ctx, `select username from auth.users where id in (select user_id from auth.administrators) order by lower(username)`)
	if err != nil {
		return nil, fmt.Errorf("listing who looks after the server: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("listing who looks after the server: %w", err)
	}
	return names, nil
}
