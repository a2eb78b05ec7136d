package shrink

// HurrySearches makes the search for formats give up early, for fuzzing.
func HurrySearches() { searchWork = 300_000 }
