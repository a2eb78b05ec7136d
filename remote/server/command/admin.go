package command

import (
	"context"
	"errors"
	"fmt"
	"os/user"

	"github.com/spf13/cobra"

	"stresstester/remote/auth"
	"stresstester/remote/postgres"
	"stresstester/remote/postgres/authdb"
	"stresstester/remote/server"
)

// adminCommand is what whoever runs a server does to its accounts.
func (c *command) adminCommand(ctx context.Context) *cobra.Command {
	admin := &cobra.Command{Use: "admin", Short: "Look after the server's accounts", Args: cobra.NoArgs,
		Long: "Looks after the server's accounts. Administrators see the pages below /admin, where accounts are\n" +
			"disabled, links for new passwords are made, and events are looked at. The database's user must own the database.",
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	set := func(use, short string, administrator bool, said string) *cobra.Command {
		return &cobra.Command{Use: use + " USER", Short: short, Args: cobra.ExactArgs(1), RunE: func(_ *cobra.Command, args []string) error {
			config, err := c.config()
			if err == nil {
				err = postgres.SetAdministrator(ctx, config.Database, args[0], administrator)
			}
			if err == nil {
				fmt.Fprintf(c.stdout, "%s %s\n", args[0], said)
			}
			return err
		}}
	}
	admin.AddCommand(
		set("grant", "Make a user an administrator", true, "is an administrator from now on, within five seconds"),
		set("revoke", "Make a user an administrator no more", false, "is no administrator any more, within five seconds"),
		&cobra.Command{Use: "list", Short: "List the administrators", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
			config, err := c.config()
			if err != nil {
				return err
			}
			names, err := postgres.Administrators(ctx, config.Database)
			for _, name := range names {
				fmt.Fprintln(c.stdout, name)
			}
			return err
		}},
		&cobra.Command{Use: "new-password USER", Short: "Make a link by which a user sets a new password", Args: cobra.ExactArgs(1),
			Long: "Prints a link by which whoever opens it sets the user's password, once, within a day.",
			RunE: func(_ *cobra.Command, args []string) error { return c.newPassword(ctx, args[0]) }},
	)
	return admin
}

func (c *command) newPassword(ctx context.Context, name string) error {
	config, err := c.config()
	if err != nil {
		return err
	}
	if config.PublicURL == "" {
		return fmt.Errorf("%w: STRESSTESTER_PUBLIC_URL is not set, and links begin with it", server.ErrConfig)
	}
	db, err := postgres.Open(ctx, config.Database)
	if err != nil {
		return err
	}
	defer db.Close()
	store := authdb.New(db)
	u, err := store.UserByName(ctx, name)
	if errors.Is(err, authdb.ErrNotFound) {
		return fmt.Errorf("%w: %s", postgres.ErrNoUser, name)
	}
	if err != nil {
		return err
	}
	by := "command line"
	if me, err := user.Current(); err == nil {
		by += " of " + me.Username
	}
	secret, _, err := auth.NewAccounts(store, nil, nil, auth.Limits{}).NewReset(ctx, by, u.ID, auth.Origin{})
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s/new-password#%s\n", config.PublicURL, secret)
	return nil
}
