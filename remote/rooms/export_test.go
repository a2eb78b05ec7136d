package rooms

import "stresstester/remote/postgres/roomsdb"

// WithoutAuthorization is the service with its one decision taken out: everybody may do everything,
// as far as this code is concerned.
func (s *Service) WithoutAuthorization() {
	s.authorize = func(Actor, action, roomsdb.Access) error { return nil }
}
