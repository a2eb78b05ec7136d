package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"

	"stresstester/remote/api"
	"stresstester/remote/client"
	"stresstester/remote/share"
)

// rooms are the shared rooms of this machine's user.
func (a *app) rooms() (*share.Service, error) {
	return share.New(share.Config{
		Getenv: a.getenv, Agent: "stresstester/" + buildVersion(), Log: a.logger(),
		Tell: func(text string) { fmt.Fprintln(a.err, "stresstester: "+text) },
	})
}

// remoteError gives an error of the server's side its exit status.
func remoteError(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, client.ErrUnreachable) {
		return &exitError{exitUnavailable, err}
	}
	var p *api.Problem
	if errors.As(err, &p) && p.Temporary() {
		return &exitError{exitUnavailable, err}
	}
	return err
}

type loginOptions struct {
	device bool
}

func (a *app) loginCommand() *cobra.Command {
	var o loginOptions
	cmd := &cobra.Command{
		Use:     "login [flags] [SERVER]",
		GroupID: "share",
		Short:   "Sign in to a shared server",
		Long: `Sign in to a shared server, whose address is such as
https://stress.example.org. The server that was used last is meant when none
is named.

A browser is opened on this machine. Over SSH, in a container and where there
is no screen, or with --device, an address and a code are shown instead, to be
typed in in any browser.

The sign-in is kept in the system's keyring or, where there is none, in a file
that only you can read. On machines where nobody signs in, STRESSTESTER_TOKEN
takes a personal token and STRESSTESTER_SERVER the server's address.

EXIT STATUS
  0    you are signed in
  2    wrong use, or the sign-in was refused
  3    the server cannot be reached
  130  interrupted`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), a, first(args)) },
	}
	cmd.Flags().BoolVar(&o.device, "device", false, "show a code to be typed in in any browser")
	return cmd
}

// atMostOne is the rule of commands that take one optional argument.
func atMostOne(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usage(cmd, fmt.Errorf("one argument is taken, not %d", len(args)))
	}
	return nil
}

func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

func (o *loginOptions) run(ctx context.Context, a *app, server string) error {
	rooms, err := a.rooms()
	if err != nil {
		return err
	}
	ctx, interrupted := untilInterrupted(ctx, func() {})
	defer interrupted.stop()
	account, err := rooms.Login(ctx, server, client.Asking{
		Device: o.device || client.Headless(a.getenv),
		Name:   client.DeviceName("Command line"),
		Show: func(address, code string) {
			if code == "" {
				fmt.Fprintf(a.err, "To sign in, open this address in a browser on this machine:\n\n  %s\n\n", address)
				return
			}
			fmt.Fprintf(a.err, "To sign in, open this address on any device and type in the code:\n\n  %s\n  code: %s\n\n", address, code)
		},
		Open: func(address string) { openBrowser(ctx, a, address) },
	})
	if interrupted.stopped.Load() {
		return exit(exitInterrupted)
	}
	if err != nil {
		return remoteError(err)
	}
	_, err = fmt.Fprintf(a.out, "signed in to %s as %s\n", account.Server, account.Name)
	return err
}

// openBrowser tries to; the address is shown in any case.
func openBrowser(ctx context.Context, a *app, address string) {
	if client.Headless(a.getenv) {
		return
	}
	name, args := "xdg-open", []string{address}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", address}
	}
	if cmd := exec.CommandContext(ctx, name, args...); cmd.Start() == nil {
		go func() { _ = cmd.Wait() }()
	}
}

func (a *app) logoutCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "logout [SERVER]",
		GroupID: "share",
		Short:   "Sign out of a shared server",
		Long: `Sign out of a shared server, the one used last when none is named. The server
ends the sign-in at once. Folders and rooms stay as they are, and are synced
again after the next login.

EXIT STATUS
  0  you are signed out
  2  wrong use, or nobody was signed in`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			rooms, err := a.rooms()
			if err != nil {
				return err
			}
			account, told, err := rooms.Logout(cmd.Context(), first(args))
			if err != nil {
				return err
			}
			if !told {
				fmt.Fprintln(a.err, "stresstester: the server could not be told; end the sign-in on its page of devices")
			}
			_, err = fmt.Fprintf(a.out, "signed out of %s\n", account.Server)
			return err
		},
	}
}
