"""Writes what was measured: a table of goals and figures, and the plots beside it."""

import json
import os

import plot


def rate(mib, seconds):
    return mib / seconds


def write(folder, r, facts, notes):
    plots = os.path.join(folder, "Performance")
    os.makedirs(plots, exist_ok=True)
    with open(os.path.join(plots, "figures.json"), "w") as file:
        json.dump({"results": r, "facts": facts, "notes": notes}, file, indent=1)
        file.write("\n")
    rows = table(r)
    lines = head(facts, r)
    lines += ["| row | goal | ours | peer or bound | ratio | |", "|---|---|---|---|---|---|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    missed = [row for row in rows if row[5] == "missed"]
    lines += ["", f"{len(rows) - len(missed)} of {len(rows)} rows met.", ""]
    lines += reasons(r, missed, notes)
    lines += pictures(r, plots)
    lines += ["## Processor time and memory of each command", "", "Medians; wall times of the single runs follow.", "",
              "| command | wall s | cpu s | kernel's part, s | peak MiB | runs |", "|---|---|---|---|---|---|"]
    for name, value in r.items():
        if isinstance(value, dict):
            lines.append(f"| {name} | {value['wall']:.3f} | {value['cpu']:.3f} | {value['kernel']:.3f} | {value['mib']:.0f} | "
                         f"{', '.join(str(x) for x in value['runs'])} |")
    lines += ["", "## Everything else that was measured", "", "| figure | value |", "|---|---|"]
    lines += [f"| {name} | {value:.4g} |" for name, value in r.items() if not isinstance(value, dict)]
    with open(os.path.join(folder, "Performance.md"), "w") as file:
        file.write("\n".join(lines) + "\n")
    print(f"wrote {folder}/Performance.md: {len(rows) - len(missed)} of {len(rows)} rows met")


def head(facts, r):
    return [
        "# Performance", "",
        "Written by `make bench`; do not edit. What counts is the ratio to the peer in the same run: each comparison is",
        "run interleaved (A B A B) and the medians are set against each other. Missed goals stay in the table.", "",
        f"Machine: {facts['processor']}, {facts['cores']} cores, {facts['memory']}, Linux {facts['kernel']}. "
        f"libsodium {facts['libsodium']}, {facts['OpenSSL']}, SQLite {facts['SQLite']}, age {facts['age']}, "
        f"{facts['Swift']}. Commit {facts['commit']}. Load of the machine at the start (1, 5, 15 minutes): "
        f"{facts['load']}; above 0.3 somebody else was computing too, and single runs scatter.",
        f"The whole took {r['seconds'] / 60:.0f} minutes.", "",
    ]


def verdict(met):
    return "met" if met else "missed"


def table(r):
    size, rows = r["size"], []

    def times(label, goal, ours, peer, limit, what):
        ratio = r[ours]["wall"] / r[peer]["wall"]
        rows.append((
            label, goal, f"{r[ours]['wall']:.2f} s, {rate(size, r[ours]['wall']):.0f} MiB/s",
            f"{what} {r[peer]['wall']:.2f} s", f"{ratio:.2f}", verdict(ratio <= limit)))

    times(f"seal {size:.0f} MiB, to nowhere", "below 0.7 of age, then openssl", "seal", "age+sha", 0.7, "age+openssl")
    times("seal, against age alone", "about 1 (aim)", "seal", "age", 1.05, "age")
    times("seal to disk, flushed", "no slower than age flushed", "seal.flush", "age.flush", 1.0, "age, flushed")
    times("`bevis add`: upload, check, flush, record", "below 0.7 of age flushed, then openssl", "add", "add.age+sha",
          0.7, "age+openssl")
    times("`bevis add`, against age alone", "no slower than age flushed", "add", "add.age", 1.0, "age, flushed")
    times("open, every chunk against the tree, to nowhere", "faster than age -d", "open", "age -d", 1.0, "age -d")
    times("`bevis open`", "faster than age -d", "command.open", "command.age -d", 1.0, "age -d")

    p50, p99 = r["seek.large.p50_ms"], r["seek.large.p99_ms"]
    rows.append((f"seek in {r['large'] / 1024:.0f} GiB, session open", "first checked byte within 50 ms",
                 f"p50 {p50:.1f} ms, p99 {p99:.1f} ms", "limit 50 ms", f"{p50 / 50:.2f}", verdict(p99 < 50)))
    ratio = p50 / r["seek.small.p50_ms"]
    rows.append(("seek, independent of size", f"as in {r['small']:.0f} MiB", f"p50 {p50:.1f} ms",
                 f"{r['small']:.0f} MiB: {r['seek.small.p50_ms']:.1f} ms", f"{ratio:.2f}", verdict(ratio < 1.5)))

    ours = rate(size, r["verify"]["wall"])
    rows.append(("verify without keys, in process", "550 MiB/s", f"{ours:.0f} MiB/s",
                 f"openssl {rate(size, r['openssl']['wall']):.0f}, sha256sum {rate(size, r['sha256sum']['wall']):.0f} "
                 "MiB/s", f"{r['verify']['wall'] / r['openssl']['wall']:.2f}", verdict(ours >= 550)))
    ours = rate(r["vault.mib"], r["vault verify"]["wall"])
    rows.append(("`bevis vault verify`", "550 MiB/s", f"{ours:.0f} MiB/s",
                 f"openssl {rate(r['vault.mib'], r['vault openssl']['wall']):.0f} MiB/s",
                 f"{r['vault verify']['wall'] / r['vault openssl']['wall']:.2f}", verdict(ours >= 550)))

    p50, p99 = r["release.one.p50_ms"], r["release.one.p99_ms"]
    bare = r["crypto.custodian.p50_ms"] + r["flush.append.p50_ms"]
    rows.append(("release, one client", "p50 at most 2 ms, p99 at most 6 ms", f"p50 {p50:.2f} ms, p99 {p99:.2f} ms",
                 f"bare cryptography and one flush {bare:.2f} ms", f"{p50 / bare:.1f}", verdict(p50 <= 2 and p99 <= 6)))
    bare = (r["release.bare_per_second"] + r["release.bare_again_per_second"]) / 2
    ratio = r["release.many_per_second"] / bare
    rows.append(("release, 64 clients", "0.6 of the bare cryptography of both ends",
                 f"{r['release.many_per_second']:.0f}/s", f"bare {bare:.0f}/s", f"{ratio:.2f}", verdict(ratio >= 0.6)))

    rows.append(("audit: tree of a million leaves", "within 3 s", f"{r['tree.edge_s']:.2f} s", "limit 3 s",
                 f"{r['tree.edge_s'] / 3:.2f}", verdict(r["tree.edge_s"] < 3)))
    if "audit" in r:
        limit = 1.3 * r["audit.bare_s"] + 10
        rows.append((f"audit: {r['audit.leaves']:.0f} leaves decided again", "1.3 of the bare signature checks, plus 10 s",
                     f"{r['audit']['wall']:.1f} s, {r['audit']['mib']:.0f} MiB",
                     f"bare checks on all cores {r['audit.bare_s']:.1f} s", f"{r['audit']['wall'] / limit:.2f}",
                     verdict(r["audit"]["wall"] <= limit)))
    rows.append(("receipt checked, a million leaves", "within 1 ms", 
                 f"p50 {r['receipt.check.p50_ms']:.3f} ms, p99 {r['receipt.check.p99_ms']:.3f} ms", "limit 1 ms",
                 f"{r['receipt.check.p50_ms']:.2f}", verdict(r["receipt.check.p50_ms"] < 1)))
    rows.append(("receipt's size", "at most 2 KiB", f"{r['receipt.bytes']:.0f} bytes", "limit 2048",
                 f"{r['receipt.bytes'] / 2048:.2f}", verdict(r["receipt.bytes"] <= 2048)))

    rows.append((f"memory of sealing {size:.0f} MiB, keys given", "64 MiB at any size", f"{r['seal']['mib']:.0f} MiB",
                 f"age: {r['age']['mib']:.0f} MiB", f"{r['seal']['mib'] / 64:.2f}", verdict(r["seal"]["mib"] <= 64)))
    for what in ("add", "open"):
        mib = r[f"memory.{what}.large"]
        rows.append((f"memory of `bevis {what}`, {r['large'] / 1024:.0f} GiB", "64 MiB at any size", f"{mib:.0f} MiB",
                     f"{r['small']:.0f} MiB: {r[f'memory.{what}.small']:.0f} MiB", f"{mib / 64:.2f}",
                     verdict(mib <= 64)))
    rows.append(("memory of the custodian, all of this", "64 MiB at any size", f"{r['memory.custodian']:.0f} MiB",
                 f"before the large item: {r['custodian.mib']:.0f} MiB", f"{r['memory.custodian'] / 64:.2f}",
                 verdict(r["memory.custodian"] <= 64)))

    small, large = r["growth.small.release.p50_ms"], r["growth.large.release.p50_ms"]
    rows.append((f"opening with {r['growth.large.leaves']:.0f} items", "within twice that with 1,000",
                 f"p50 {large:.2f} ms", f"1,000: {small:.2f} ms", f"{large / small:.2f}", verdict(large <= 2 * small)))
    start = r["growth.large.start_after_kill_s"]
    rows.append((f"start after a kill, {r['growth.large.leaves']:.0f} leaves", "within 1 s (at a million)",
                 f"{start:.2f} s", f"1,000: {r['growth.small.start_after_kill_s']:.2f} s", f"{start:.2f}",
                 verdict(start <= 1)))
    return rows


WHY = {
    "memory of `bevis": "The scrypt that unlocks the person's keys needs 256 MiB for most of a second, whatever the item; "
    "a command that does nothing else (`identity` below) takes as much. Sealing and opening alone stay within 64 MiB. "
    "Decision 0020 says why the work factor stays.",
    "`bevis add`: upload, check, flush, record": "Opening the person's keys is a scrypt of 2^18 (see `identity` below), "
    "every byte goes through a socket, and the custodian hashes the whole again, on the same two cores: a third SHA-256.",
    "`bevis add`, against age alone": "As above: unlocking, the socket, and the custodian's own check of the tree.",
    "`bevis open`": "Unlocking the person's keys takes most of a second (see `identity` below), and the custodian reads "
    "and sends on the same two cores.",
    "audit: tree": "Hashing a million leaves and as many nodes is one thread's work with libsodium's SHA-256. It took 0.8 s "
    "on the same machine at a quieter time: this run shared its cores.",
    "audit: ": "The signature checks are not the larger part: each record is also unsealed, which is a key agreement, "
    "and parsed.",
    "release, one client": "The custodian's work beside cryptography is HTTP, SQL, parsing and passing from thread to "
    "thread; see `release.one.custodian_cpu_ms`.",
    "release, 64 clients": "Both ends share the cores. Custodian and clients each take several times their bare "
    "cryptography (`release.many.custodian_cpu_ms` and `.clients_cpu_ms` against `crypto.*`); each opening is two "
    "requests and two transactions, for the client acknowledges.",
    "`bevis vault verify`": "Bytes come over the socket and are hashed by the one thread that receives them.",
    "memory of the custodian, all of this": "It does not grow with the items' size. Some 42 MiB are pages of the "
    "program and its libraries, which other processes share; 10 MiB are its own at rest. The rest comes and goes while "
    "whole items are taken in and sent. It was some 20 MiB less before reads and the socket's buffer were made larger; "
    "what of it is what was not told apart.",
}


def why(r, row):
    """Why a row was missed, from the figures themselves where they say it."""
    label = row[0]
    work = {
        "seal, against age alone": ("seal", "age"), "seal to disk, flushed": ("seal.flush", "age.flush"),
        "open, every chunk against the tree, to nowhere": ("open", "age -d"),
    }.get(label, ("seal", "age+sha") if label.startswith("seal") else None)
    if work:
        ours, peer = r[work[0]], r[work[1]]
        text = f"It takes {ours['cpu']:.2f} s of processor time, the peer {peer['cpu']:.2f} s. "
        if "crypto.seal_gib_s" in r:
            hashes = 1 if work[0] == "open" else 2
            size = r["size"] / 1024
            seal, sha = r["crypto.seal_gib_s"] * size, r["crypto.sha256_gib_s"] * size
            text += (
                f"libsodium's ChaCha20-Poly1305 alone takes {seal:.2f} s of it and libcrypto's SHA-256 {sha:.2f} s "
                + ("for the tree's check" if hashes == 1 else "for the tree and as much again for the original")
                + f"; the kernel takes {ours['kernel']:.2f} s, for reading and writing. ")
        return text + (
            f"Spread over two cores that is {ours['cpu'] / 2:.2f} s at best. The rest of the {ours['wall']:.2f} s is "
            "waiting: for the stages that only one thread can do, reading and hashing the original or writing in order, "
            "for cores that were busy with something else (see the load above), or for the disk. They were not told "
            "apart.")
    return WHY.get(label, next((why for key, why in WHY.items() if label.startswith(key)), "Not explained yet."))


def reasons(r, missed, notes):
    lines = []
    if missed:
        lines += ["## Why what was missed was missed", ""]
        lines += [f"- **{row[0]}** ({row[2]}, goal: {row[1]}). {why(r, row)}" for row in missed] + [""]
    lines += ["## Limits of these figures", ""]
    if r["large"] < 10240:
        lines += [f"- The disk had no room for a 10 GiB item: {r['large'] / 1024:.0f} GiB was measured instead."]
    lines += [
        "- What goes to nowhere goes to /dev/null, for us and for the peer. The other rows write files; what the kernel "
        "takes for that is in the table below and differs from run to run.",
        "- A peak of less than 30 MiB is the measuring script's own and says only that the command took no more.",
        "- Commands ask for a passphrase; its scrypt is in their times. `identity` is a command that does little else.",
        f"- Growth was measured at {r['growth.large.leaves']:.0f} items, filled through the storage interface, not at the "
        "ten million that the goal names; a start without any tile on disk took "
        f"{r['growth.large.start_without_tiles_s']:.1f} s.",
    ]
    lines += [f"- {note}" for note in notes] + [""]
    return lines


def pictures(r, folder):
    size = r["size"]

    def speed(*names):
        return [(label, rate(size, r[name]["wall"]), None, ours) for label, name, ours in names]

    bare = (r["release.bare_per_second"] + r["release.bare_again_per_second"]) / 2
    drawings = [
        ("seal", f"Sealing {size:.0f} MiB, MiB/s, more is better", "MiB/s", speed(
            ("bevis: hash, seal, tree", "seal", True), ("age", "age", False), ("age, then openssl", "age+sha", False),
            ("bevis, flushed", "seal.flush", True), ("age, flushed", "age.flush", False),
            ("bevis add, custodian and all", "add", True), ("age, flushed, then openssl", "add.age+sha", False))),
        ("open", f"Opening {size:.0f} MiB, MiB/s, more is better", "MiB/s", speed(
            ("bevis: tree and seal checked", "open", True), ("age -d", "age -d", False),
            ("bevis open, custodian and all", "command.open", True), ("age -d", "command.age -d", False))),
        ("release", "One release, ms, less is better (line: goal)", "ms", [
            ("p50, one client", r["release.one.p50_ms"], 2, True),
            ("p99, one client", r["release.one.p99_ms"], 6, True),
            ("p50, with the client's checks", r["release.whole.p50_ms"], None, True),
            ("bare: custodian", r["crypto.custodian.p50_ms"], None, False),
            ("bare: client", r["crypto.client.p50_ms"], None, False),
            ("bare: flush", r["flush.append.p50_ms"], None, False)]),
        ("throughput", "Releases a second, 64 clients, more is better (line: goal)", "/s", [
            ("clients that check everything", r["release.many_per_second"], 0.6 * bare, True),
            ("requests signed beforehand", r["release.prepared_per_second"], None, True),
            ("bare cryptography, both ends", bare, None, False)]),
        ("seek", "First checked byte, ms, less is better (line: goal)", "ms", [
            (f"{r['small']:.0f} MiB, p50", r["seek.small.p50_ms"], None, True),
            (f"{r['large'] / 1024:.0f} GiB, p50", r["seek.large.p50_ms"], 50, True),
            (f"{r['large'] / 1024:.0f} GiB, p99", r["seek.large.p99_ms"], 50, True)]),
    ]
    lines = []
    for name, title, unit, rows in drawings:
        plot.bars(os.path.join(folder, name + ".svg"), title, unit, rows)
        lines += [f"![{title}](Performance/{name}.svg)", ""]
    return lines
