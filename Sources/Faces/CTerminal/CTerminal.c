#define _GNU_SOURCE
#include "CTerminal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

int terminal_open_beneath(int folder, const char *path, int flags, unsigned int mode) {
    struct open_how how;
    memset(&how, 0, sizeof how);
    how.flags = (unsigned int)(flags | O_CLOEXEC);
    how.mode = (flags & (O_CREAT | O_TMPFILE)) ? mode : 0;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

int terminal_open_unnamed(int folder) { return openat(folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600); }

int terminal_rename_new(int folder, const char *from, const char *to) {
    return renameat2(folder, from, folder, to, RENAME_NOREPLACE);
}

int terminal_forbid_dumps(void) {
    struct rlimit none = {0, 0};
    int limited = setrlimit(RLIMIT_CORE, &none);
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && limited == 0 ? 0 : -1;
}

// What a signal handler needs; written only while no handler of ours is installed.
static int hidden_terminal = -1;
static struct termios shown, hidden;

static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
enum { caught_count = sizeof caught / sizeof caught[0] };
static struct sigaction previous[caught_count];

static void restore(int signal_number) {
    int saved = errno;
    tcsetattr(hidden_terminal, TCSANOW, &shown);
    for (int i = 0; i < caught_count; i++) {
        if (caught[i] != signal_number) continue;
        struct sigaction mine;
        sigaction(signal_number, &previous[i], &mine);
        sigset_t just_this;
        sigemptyset(&just_this);
        sigaddset(&just_this, signal_number);
        pthread_sigmask(SIG_UNBLOCK, &just_this, NULL);
        raise(signal_number);  // ends the process, or stops it here until it is continued
        sigaction(signal_number, &mine, NULL);
    }
    tcsetattr(hidden_terminal, TCSANOW, &hidden);
    errno = saved;
}

int terminal_hide(int terminal) {
    if (tcgetattr(terminal, &shown) != 0) return -1;
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    hidden_terminal = terminal;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = restore;
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < caught_count; i++) {
        sigaction(caught[i], NULL, &previous[i]);
        // Who chose to ignore a signal (nohup) goes on ignoring it.
        if (previous[i].sa_handler != SIG_IGN) sigaction(caught[i], &action, NULL);
    }
    if (tcsetattr(terminal, TCSAFLUSH, &hidden) == 0) return 0;
    int failure = errno;
    terminal_show();
    errno = failure;
    return -1;
}

void terminal_show(void) {
    if (hidden_terminal < 0) return;
    tcsetattr(hidden_terminal, TCSAFLUSH, &shown);
    for (int i = 0; i < caught_count; i++) sigaction(caught[i], &previous[i], NULL);
    hidden_terminal = -1;
}
