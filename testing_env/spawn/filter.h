#ifndef SPAWN_FILTER_H
#define SPAWN_FILTER_H

/* Takes system calls away from this process and from all it will ever start, for
 * good; no_new_privs must be set. Returns 0, or -1 with errno. */
int filter_install(void);

#endif
