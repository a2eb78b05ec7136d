package room

import "stresstester/core/languages"

func readOverride(s *section, o *languages.Override) {
	if v := s.string("std"); v != nil {
		o.Std = *v
	}
	if v := s.strings("compile_flags"); v != nil {
		o.CompileFlags = v
	}
	if v := s.strings("run_flags"); v != nil {
		o.RunFlags = v
	}
}
