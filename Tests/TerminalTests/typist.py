"""Runs a program on a terminal of its own and types at it.

Argument: JSON {"argv": [...], "steps": [[wait for, type], ...], "signal": number or null, "environment": {...},
"stdin": path or null, "stdout": path or null}. Prints JSON {"status", "shown", "hidden", "restored"}: whether typing
was hidden while the last step waited, and whether it was shown again at the end.
"""
import fcntl, json, os, select, subprocess, sys, termios, time

spec = json.loads(sys.argv[1])
master, slave = os.openpty()


def echoes():
    return bool(termios.tcgetattr(slave)[3] & termios.ECHO)


def own_terminal():
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)


stdin = open(spec["stdin"], "rb") if spec.get("stdin") else slave
stdout = open(spec["stdout"], "wb") if spec.get("stdout") else slave
child = subprocess.Popen(
    spec["argv"], stdin=stdin, stdout=stdout, stderr=slave, preexec_fn=own_terminal, pass_fds=(slave,),
    env={**os.environ, **spec.get("environment", {})})
shown, hidden, position = b"", None, 0


def read(until, seconds):
    global shown, position
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = shown.find(until.encode(), position) if until is not None else -1
        if found >= 0:
            position = found + len(until.encode())
            return True
        if select.select([master], [], [], 0.05)[0]:
            shown += os.read(master, 65536)
        elif until is None and child.poll() is not None:
            return True
    return False


for wanted, typed in spec["steps"]:
    if not read(wanted, 60):
        child.kill()
        sys.exit("never shown: %r in %r" % (wanted, shown))
    hidden = not echoes()
    if typed is not None:
        os.write(master, typed.encode())
if spec.get("signal"):
    child.send_signal(spec["signal"])
read(None, 60)
try:
    status = child.wait(10)
finally:
    child.kill()
json.dump({"status": status, "shown": shown.decode("utf-8", "replace"), "hidden": hidden, "restored": echoes()}, sys.stdout)
