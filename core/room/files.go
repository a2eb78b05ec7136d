package room

// Files reads the user's files. Paths are absolute.
type Files interface {
	// ReadFile returns the file's text, at most MaxSource bytes of it; a larger
	// file is an error.
	ReadFile(name string) ([]byte, error)
	// ReadDir lists the base names of the folder's regular files, in any order.
	ReadDir(dir string) ([]string, error)
}
