// What Swift's view of glibc leaves out of starting a child.
#ifndef C_FILE_FACTS_H
#define C_FILE_FACTS_H

#include <spawn.h>

// Closes every descriptor from `first` on in the child. Returns 0, or an error number.
int facts_close_from(posix_spawn_file_actions_t *actions, int first);

#endif
