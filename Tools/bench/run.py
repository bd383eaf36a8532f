"""Runs the measurements interleaved, takes medians, and writes Docs/Performance.md with its plots."""

import argparse
import json
import os
import platform
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import report  # noqa: E402

MIB = 1 << 20


class Bench:
    def __init__(self, options):
        self.options = options
        self.work = tempfile.mkdtemp(prefix="bevis-bench.", dir=options.work)
        self.results = {}
        self.notes = []
        self.processes = []

    def path(self, name):
        return os.path.join(self.work, name)

    def tool(self, name):
        return os.path.abspath(os.path.join(self.options.bin, name))

    # One command, timed as a whole: wall seconds, processor seconds, the most memory in MiB, the kernel's share of the
    # processor seconds.
    def time(self, command, env=None, stdin=None):
        start = time.perf_counter()
        child = subprocess.Popen(
            command, env=env, stdin=stdin or subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            shell=isinstance(command, str))
        problem = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise SystemExit(f"bench: {command} failed: {problem.decode(errors='replace')[-400:]}")
        return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, usage.ru_stime

    # A B A B ...: each command `rounds` times, interleaved; medians of wall and processor time, peak of memory.
    def interleave(self, commands, rounds, before=None):
        runs = {name: [] for name in commands}
        for _ in range(rounds):
            for name, (command, env) in commands.items():
                if before:
                    before()
                runs[name].append(self.time(command, env))
        for name, times in runs.items():
            self.results[name] = {
                "wall": statistics.median(t[0] for t in times), "cpu": statistics.median(t[1] for t in times),
                "mib": max(t[2] for t in times), "kernel": statistics.median(t[3] for t in times),
                "runs": [round(t[0], 3) for t in times]}
            print(f"  {name}: {self.results[name]['wall']:.3f} s wall, {self.results[name]['cpu']:.3f} s cpu, "
                  f"{self.results[name]['mib']:.0f} MiB", flush=True)

    # A mode of bevis-bench: its figures.
    def figures(self, *arguments):
        done = subprocess.run(
            [self.tool("bevis-bench"), *map(str, arguments)], capture_output=True, text=True, timeout=900)
        if done.returncode != 0:
            raise SystemExit(f"bench: bevis-bench {arguments[0]} failed: {done.stderr[-400:]}")
        found = {}
        for line in done.stdout.splitlines():
            name, value = line.split()
            found[name] = float(value)
        self.results.update(found)
        return found

    def median_figures(self, rounds, *arguments, fresh=()):
        runs = []
        for _ in range(rounds):
            for name in fresh:
                shutil.rmtree(self.path(name), ignore_errors=True)
            runs.append(self.figures(*arguments))
        for name in runs[0]:
            self.results[name] = statistics.median(run[name] for run in runs)
        print("  " + arguments[0] + ": " + ", ".join(
            f"{name} {self.results[name]:.4g}" for name in runs[0] if name.endswith(("p50_ms", "p99_ms", "second", "_s"))),
            flush=True)

    def make(self, name, size):
        block = os.urandom(4 * MIB)
        with open(self.path(name), "wb") as file:
            for number in range(max(1, size // len(block))):
                file.write(number.to_bytes(8, "big") + block[8:min(size, len(block))])
        return self.path(name)

    # MARK: a vault with the real commands

    def vault(self):
        with open(self.path("passphrase"), "w") as file:
            file.write("four words made up\n")
        os.chmod(self.path("passphrase"), 0o600)
        self.env = dict(
            os.environ, BEVIS_HOME=self.path("home"), BEVIS_VAULT=self.path("vault"),
            BEVIS_PASSPHRASE_FILE=self.path("passphrase"))
        self.custodian = subprocess.Popen(
            [self.tool("bevis"), "serve", "--vault", self.path("vault"), "--create", "--requests-per-second", "1000000"], stderr=subprocess.PIPE)
        self.processes.append(self.custodian)
        self.custodian.stderr.readline()
        self.bevis("identity", "create", "--name", "Bench")
        self.bevis("case", "create", "--sheet", self.path("sheet.html"))

    def bevis(self, *arguments):
        return self.time([self.tool("bevis"), *arguments], self.env)

    def peak(self, process):
        with open(f"/proc/{process.pid}/status") as file:
            return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))

    def close(self):
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
            process.wait()
        shutil.rmtree(self.work, ignore_errors=True)


def seal_and_open(bench, size, rounds):
    bench.figures("keys", bench.work)
    with open(bench.path("recipient")) as file:
        recipient = file.read()
    original, out, plain = bench.make("original", size), bench.path("sealed"), bench.path("plain")
    seal = [bench.tool("bevis-bench"), "seal", original]
    age = f"age -r {recipient} -o"
    fresh = lambda: [os.path.exists(p) and os.unlink(p) for p in (out, out + ".age")]  # noqa: E731
    warm(original)
    # Nothing is kept, on both sides: what the kernel takes for a file's fresh pages differs from run to run.
    bench.interleave({
        "seal": (seal + ["/dev/null", recipient, "cache"], None),
        "age": (f"{age} - {original}", None),
        "age+sha": (f"{age} - {original} && openssl dgst -sha256 {original}", None),
    }, rounds)
    bench.interleave({
        "seal.flush": (seal + [out, recipient, "flush"], None),
        "age.flush": (f"{age} {out}.age {original} && sync {out}.age", None),
    }, rounds, fresh)
    fresh()
    bench.time(seal + [out, recipient, "cache"])
    bench.figures("leaves", out, bench.path("leaves"))
    identity = bench.path("identity")
    opener = [bench.tool("bevis-bench"), "open", identity, out, bench.path("leaves")]
    bench.interleave({
        "open": (opener + ["/dev/null"], None),
        "age -d": (f"age -d -i {identity} -o - {out}", None),
    }, rounds)
    bench.time(opener + [plain])
    same(original, plain)
    os.unlink(plain)
    bench.interleave({
        "verify": ([bench.tool("bevis-bench"), "verify", out], None),
        "sha256sum": (["sha256sum", out], None),
        "openssl": (["openssl", "dgst", "-sha256", out], None),
    }, rounds)
    os.unlink(out)


def warm(path):
    with open(path, "rb") as file:
        while file.read(MIB):
            pass


def same(left, right):
    if subprocess.run(["cmp", "-s", left, right]).returncode != 0:
        raise SystemExit("bench: what was opened is not what was sealed")


def through_the_command(bench, size, rounds):
    bench.vault()
    bench.interleave({"identity": ([bench.tool("bevis"), "case", "list"], bench.env)}, 3)
    original, out = bench.path("original"), bench.path("opened")
    with open(bench.path("recipient")) as file:
        recipient = file.read()
    age = f"age -r {recipient} -o {out}.age {original} && sync {out}.age"
    with open(original, "r+b") as file:
        def fresh():
            if os.path.exists(out + ".age"):
                os.unlink(out + ".age")
        bench.interleave({
            "add": ([bench.tool("bevis"), "add", original], bench.env),
            "add.age": (age, None),
            "add.age+sha": (age + f" && openssl dgst -sha256 {original}", None),
        }, rounds, fresh)
    bench.interleave({
        "command.open": ([bench.tool("bevis"), "open", "1", "-o", out, "--force"], bench.env),
        "command.age -d": (
            f"age -d -i {bench.path('identity')} -o {out}.plain {out}.age", None),
    }, rounds, lambda: os.path.exists(out + ".plain") and os.unlink(out + ".plain"))
    same(original, out)
    os.unlink(out)
    stored = sum(
        os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(bench.path("vault/objects"))
        for name in names if not name.endswith(".tree"))
    bench.results["vault.mib"] = stored / MIB
    bench.interleave({
        "vault verify": ([bench.tool("bevis"), "vault", "verify"], bench.env),
        "vault sha256sum": (f"find {bench.path('vault/objects')} -type f ! -name '*.tree' | xargs sha256sum", None),
        "vault openssl": (
            f"find {bench.path('vault/objects')} -type f ! -name '*.tree' | xargs openssl dgst -sha256", None),
    }, rounds)
    bench.results["custodian.mib"] = bench.peak(bench.custodian)


def seek(bench, small, large, count):
    originals = [bench.make("small", small), bench.make("large", large)]
    for name, original in zip(("small", "large"), originals):
        shutil.rmtree(bench.path("seek-vault"), ignore_errors=True)
        found = bench.figures("seek", bench.tool("bevis"), bench.work, original, count)
        key = next(k for k in found if k.endswith("p50_ms"))[:-len("p50_ms")]
        for what in ("p50_ms", "p99_ms"):
            bench.results[f"seek.{name}.{what}"] = found[key + what]
        bench.results[f"seek.{name}.custodian_mib"] = found["seek.custodian_peak_mib"]
        print(f"  seek {name}: p50 {found[key + 'p50_ms']:.2f} ms, p99 {found[key + 'p99_ms']:.2f} ms", flush=True)
        shutil.rmtree(bench.path("seek-vault"), ignore_errors=True)
    start = bench.results["vault.items"]
    for name, original in zip(("small", "large"), originals):
        wall, _, mib, _ = bench.bevis("add", original)
        bench.results[f"memory.add.{name}"] = mib
        bench.results[f"add.{name}"] = wall
    sizes = {"small": small, "large": large}
    commands = {}
    for place, name in enumerate(("small", "large")):
        offset = sizes[name] * 2 // 3
        commands[f"command.seek.{name}"] = ([
            bench.tool("bevis"), "open", str(start + 1 + place), "--range", f"{offset}-{offset + 1023}", "-o",
            bench.path("part"), "--force"], bench.env)
    bench.interleave(commands, 5 if count > 20 else 1)
    for place, name in enumerate(("small", "large")):
        _, _, mib, _ = bench.bevis("open", str(start + 1 + place), "-o", bench.path("opened"), "--force")
        bench.results[f"memory.open.{name}"] = mib
        same(originals[place], bench.path("opened"))
        os.unlink(bench.path("opened"))
    bench.results["memory.custodian"] = bench.peak(bench.custodian)
    for original in originals:
        os.unlink(original)


def audit(bench, leaves):
    """The auditor's own command on a bundle made for the purpose, where both were built."""
    bundle, verifier = bench.tool("AuditBench"), bench.tool("bevis-audit")
    if not os.path.exists(bundle) or not os.path.exists(verifier):
        bench.notes.append("replay: not measured, AuditBench or bevis-audit was not built")
        return
    folder = bench.path("audit")
    os.mkdir(folder)
    done = subprocess.run([bundle, folder, str(leaves)], capture_output=True, text=True, timeout=900)
    if done.returncode != 0:
        raise SystemExit("bench: AuditBench failed: " + done.stderr[-400:])
    bare = float(done.stdout.split("bare signature check:")[1].split()[0])
    bench.results["audit.bare_s"] = bare * leaves / (os.cpu_count() or 1)
    bench.results["audit.leaves"] = leaves
    bench.interleave({"audit": ([
        verifier, "verify", folder + "/bundle", "--keys", folder + "/keys", "-i", folder + "/identity"], None)},
        1 if leaves < 10_000 else 3)
    shutil.rmtree(folder)


def machine():
    def first(command):
        done = subprocess.run(command, shell=True, capture_output=True, text=True)
        return (done.stdout or done.stderr).strip().splitlines()[0] if (done.stdout or done.stderr).strip() else "?"

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return {
        "processor": first("sed -n 's/^model name[^:]*: //p' /proc/cpuinfo"), "cores": os.cpu_count(),
        "memory": f"{memory:.0f} GiB", "kernel": platform.release(),
        "libsodium": first("pkg-config --modversion libsodium"), "OpenSSL": first("openssl version"),
        "SQLite": first("pkg-config --modversion sqlite3"), "age": first("age --version"),
        "Swift": first("swift --version 2>/dev/null"), "load": ", ".join(f"{x:.1f}" for x in os.getloadavg()),
        "commit": first("git rev-parse --short HEAD"),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", default=".build/release")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--work", default=os.environ.get("TMPDIR", "/var/tmp"))
    parser.add_argument("--out", default="Docs")
    parser.add_argument("--render", action="store_true", help="write the document anew from the figures of the last run")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if options.render:
        with open(os.path.join(options.out, "Performance", "figures.json")) as file:
            kept = json.load(file)
        return report.write(options.out, kept["results"], kept["facts"], kept["notes"])
    quick = options.quick
    bench = Bench(options)
    started = time.time()
    facts = machine()
    free = shutil.disk_usage(bench.work).free
    size = 8 * MIB if quick else 1024 * MIB
    small = 4 * MIB if quick else 100 * MIB
    large = 16 * MIB if quick else (10240 if free > 45 << 30 else 4096) * MIB
    rounds = 1 if quick else 5
    try:
        steps = [
            ("seal, open, verify", lambda: seal_and_open(bench, size, rounds)),
            ("through the command", lambda: through_the_command(bench, size, 1 if quick else 3)),
            ("release", lambda: (
                bench.figures("flush", bench.path("flush"), 50 if quick else 1000),
                bench.figures("crypto", 20 if quick else 1000),
                bench.median_figures(
                    1 if quick else 3, "release", bench.tool("bevis"), bench.work, 20 if quick else 1000,
                    1 if quick else 6, fresh=["vault-release", "release-vault"]))),
            ("audit and receipts", lambda: (
                bench.median_figures(1 if quick else 3, "tree", 10_000 if quick else 1_000_000),
                bench.figures("receipt", 1000 if quick else 1_000_000),
                audit(bench, 1000 if quick else 100_000))),
            ("growth", lambda: bench.median_figures(
                1, "growth", bench.tool("bevis"), bench.work, 200 if quick else 1000, 2000 if quick else 200_000)),
            ("seek and memory", lambda: seek(bench, small, large, 5 if quick else 200)),
        ]
        for name, step in steps:
            print(f"{name}:", flush=True)
            if name.startswith("seek"):
                bench.results["vault.items"] = 1 if quick else 3
            step()
        bench.results["seconds"] = time.time() - started
        bench.results.update(size=size / MIB, small=small / MIB, large=large / MIB)
        if quick:
            print(f"it runs: {bench.results['seconds']:.0f} s; nothing is written in quick mode")
        else:
            report.write(options.out, bench.results, facts, bench.notes)
    finally:
        bench.close()


main()
