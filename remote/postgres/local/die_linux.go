package local

import "syscall"

// dieWithParent has the server shut down quickly when its starter dies in any way.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGQUIT }
