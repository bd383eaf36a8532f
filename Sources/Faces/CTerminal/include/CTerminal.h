#ifndef CTERMINAL_H
#define CTERMINAL_H

// System calls that Swift cannot make by itself, because they are variadic, have no wrapper in the C library, or must
// run inside a signal handler.

/// Opens a path beneath `folder`; neither `..`, an absolute path nor a symbolic link leads out of it. -1 and errno.
int terminal_open_beneath(int folder, const char *path, int flags, unsigned int mode);

/// Opens a file in `folder` that has no name and goes with its last descriptor, mode 0600. -1 and errno.
int terminal_open_unnamed(int folder);

/// Renames within `folder` unless `to` exists. -1 and errno.
int terminal_rename_new(int folder, const char *from, const char *to);

/// Forbids core dumps and the reading of this process's memory by others of the same user. -1 and errno.
int terminal_forbid_dumps(void);

/// Stops echoing what is typed on `terminal`, until terminal_show; a signal that ends or stops the process shows it
/// again first. One terminal at a time. -1 and errno.
int terminal_hide(int terminal);

/// Undoes terminal_hide.
void terminal_show(void);

#endif
