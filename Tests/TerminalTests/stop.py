"""Stops and continues a program that asks for a secret, as a shell with job control does.

Arguments: the program and its arguments. Exits with 0 if typing was hidden at the prompt, shown while the program was
stopped, hidden again once it went on, and shown after it had been ended.
"""
import os, pty, signal, sys, termios, time


def echoes(terminal):
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def wait_for(terminal, wanted):
    for _ in range(100):
        if echoes(terminal) == wanted:
            return
        time.sleep(0.05)
    os._exit(1 if wanted else 2)


def shell():
    """The session's leader: the program runs in a process group of its own, in the foreground."""
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    program = os.fork()
    if program == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.execv(sys.argv[1], sys.argv[1:])
    wait_for(0, False)
    os.kill(program, signal.SIGTSTP)
    if not os.WIFSTOPPED(os.waitpid(program, os.WUNTRACED)[1]):
        os._exit(3)
    wait_for(0, True)
    os.kill(program, signal.SIGCONT)
    wait_for(0, False)
    os.kill(program, signal.SIGTERM)
    ended = os.waitpid(program, 0)[1]
    os._exit(0 if echoes(0) and os.waitstatus_to_exitcode(ended) == -signal.SIGTERM else 4)


leader, master = pty.fork()
if leader == 0:
    shell()
try:
    while os.read(master, 4096):
        pass
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(leader, 0)[1]))
