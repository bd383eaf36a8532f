#!/usr/bin/env python3
"""Makes the folders that a disk could have left, had the power been cut while a custodian ran.

    torn.py cut --trace FILE --vault PATH --base FOLDER --before ACKS --acks ACKS --seed WORD --rounds N --out FOLDER
    torn.py continued --socket FILE --told FILE

`cut` reads what strace saw of a custodian (its calls on files and on its socket, in one order, with all data), and the
folder as it was when the custodian started, which counts as being on the disk. Each round chooses a moment in that
order and writes OUT/ROUND/v. All that a completed fsync or fdatasync covered before the moment is there: of a file its
bytes and size, of a folder its names. What came later is chosen at random, each by itself:

  * Each sector of 512 bytes holds what it held after any of the writes to it since that flush, or before all of them.
    In every other round the next write to a sector may have been torn too: then the bytes that it wrote, and no others,
    hold a part of it or noise.
  * The size is what it was after any write or truncation since that flush, or before.
  * Each creation, removal or rename happened or did not; a rename happens whole.

Nothing is granted beyond that: no order between sectors, between files, or between a file's bytes and its name, and no
name by the flush of a file alone. SQLite's powersafe overwrite is granted: bytes outside of what was written stay.

A moment's answers are those that had left on the socket. OUT/ROUND/acks gets only what they acknowledge, OUT/ROUND/told
the checkpoints in them, which the log has to continue: `continued` asks a running custodian for its leaves and computes
the heads.
"""

import argparse
import base64
import bisect
import fnmatch
import hashlib
import json
import os
import random
import re
import socket
import sys

SECTOR = 512
UNFINISHED = ' <unfinished ...>'
# What only looks, or changes nothing that a disk keeps. Any other call on a file of the vault ends the reading.
HARMLESS = {'lseek', 'sync_file_range', 'fadvise64', 'flock', 'fchmod'}
NAMING = set(
    'rename renameat renameat2 link linkat symlink symlinkat unlink unlinkat mkdir mkdirat rmdir truncate'.split()
)


class Unread(Exception):
    """A trace with something that this program does not know how to replay."""


# --- What the calls did


class Change:
    """Something done to a file or to names, which a disk may hold or not until it was flushed."""

    def __init__(self, start, end):
        self.start, self.end = start, end


class Write(Change):
    def __init__(self, start, end, offset, data):
        super().__init__(start, end)
        self.offset, self.data = offset, data

    def size(self, old):
        return max(old, self.offset + len(self.data))

    def sectors(self, _):
        return range(self.offset // SECTOR, (self.offset + len(self.data) - 1) // SECTOR + 1)

    def piece(self, sector):
        """Where in the sector, and what."""
        first = max(self.offset, sector * SECTOR)
        last = min(self.offset + len(self.data), (sector + 1) * SECTOR)
        return first - sector * SECTOR, self.data[first - self.offset : last - self.offset]


class Resize(Change):
    def __init__(self, start, end, length, only_grows=False):
        super().__init__(start, end)
        self.length, self.only_grows = length, only_grows

    def size(self, old):
        return max(old, self.length) if self.only_grows else self.length

    def sectors(self, highest):
        return range(0) if self.only_grows else range(self.length // SECTOR, highest + 1)

    def piece(self, sector):
        first = max(0, self.length - sector * SECTOR)
        return first, bytes(SECTOR - first)


class Naming(Change):
    """Names given (a node) or taken away (None), all at once."""

    def __init__(self, start, end, names):
        super().__init__(start, end)
        self.names = names


class Node:
    """A file or a folder: what the disk held at first, then the changes and the flushes that completed."""

    def __init__(self, path, is_folder, content=b''):
        self.path, self.is_folder, self.content = path, is_folder, content
        self.names = {}
        self.changes, self.flushes = [], []

    def pending(self, moment):
        """How many changes are surely on the disk, and how many had begun."""
        covered = max((start for start, end in self.flushes if end < moment), default=-1)
        sure = [change for change in self.changes if change.end < covered]
        later = [change for change in self.changes if change.end >= covered and change.start < moment]
        return sure, later


class Answer:
    def __init__(self, end, path, request, body):
        self.end, self.path, self.request, self.body = end, path, request, body


class Connection:
    """What went over one connection: requests, and the answers that left whole."""

    def __init__(self):
        self.request, self.response = b'', b''

    def sent(self, data, end):
        self.response += data
        while True:
            head, blank, rest = self.response.partition(b'\r\n\r\n')
            if not blank:
                return
            length = re.search(rb'(?im)^content-length: (\d+)', head)
            length = int(length[1]) if length else 0
            if len(rest) < length:
                return
            self.response = rest[length:]
            if head.startswith(b'HTTP/1.1 200'):
                path = self.request.split(b' ', 2)[1].decode()
                yield Answer(end, path, self.request, rest[:length])
            self.request = b''


class Replay:
    """The vault as the custodian saw it, call by call."""

    def __init__(self, vault, base):
        self.vault = vault
        self.nodes, self.namings, self.answers, self.moments = [], [], [], []
        self.open, self.places, self.connections = {}, {}, {}
        self.root = self.load(base, '')

    def load(self, path, name):
        if os.path.isdir(path):
            node = self.node(name, True)
            for entry in sorted(os.listdir(path)):
                inner = os.path.join(path, entry)
                # A socket is made anew.
                if os.path.isdir(inner) or os.path.isfile(inner):
                    node.names[entry] = self.load(inner, f'{name}/{entry}'.lstrip('/'))
            node.first = dict(node.names)
            return node
        with open(path, 'rb') as file:
            return self.node(name, False, file.read())

    def node(self, *arguments):
        self.nodes.append(Node(*arguments))
        return self.nodes[-1]

    def find(self, path):
        """The folder, the name in it, and the node, of a path in the vault; None for one outside."""
        if path == self.vault:
            return None, '', self.root
        if not path.startswith(self.vault + '/'):
            return None
        *parents, name = path[len(self.vault) + 1 :].split('/')
        folder = self.root
        for part in parents:
            folder = folder.names.get(part)
            if folder is None:
                raise Unread(f'{path}: its folder is not known')
        return folder, name, folder.names.get(name)

    def name(self, start, end, *names):
        for folder, name, node in names:
            if node is None:
                folder.names.pop(name, None)
            else:
                folder.names[name] = node
        self.namings.append(Naming(start, end, names))
        self.moments.append(end)

    def create(self, start, end, folder, name, is_folder):
        node = self.node(f'{folder.path}/{name}'.lstrip('/'), is_folder)
        node.first = {}
        self.name(start, end, (folder, name, node))
        return node

    def change(self, node, change):
        node.changes.append(change)
        self.moments.append(change.end)

    def call(self, start, end, name, text, result):
        paths = [decoded(path) for path in re.findall(r'"((?:\\x[0-9a-f]{2})*)"', text[:20000])]
        number = int(text.split(',', 1)[0]) if re.match(r'\d+(,|$)', text) else None
        if name == 'close':
            return self.close(number)
        if result < 0:
            return
        if name in ('io_uring_setup', 'openat2', 'close_range', 'copy_file_range'):
            raise Unread(f'{name} may touch files of the vault')
        if name in ('accept', 'accept4'):
            self.connections[result] = Connection()
        elif number in self.connections:
            self.talk(number, end, name, text, result)
        elif number in self.open:
            self.write(start, end, name, text, number, result)
        elif name in ('openat', 'open', 'creat'):
            if name == 'openat' and not text.startswith('AT_FDCWD') and not paths[0].startswith(b'/'):
                raise Unread(f'a path below a folder that is open: {text[:200]}')
            self.opened(start, end, os.fsdecode(paths[0]), text, result)
        elif name in NAMING:
            self.named(start, end, name, [os.fsdecode(path) for path in paths], text)
        elif name == 'mmap':
            shared = re.search(r'PROT_WRITE.*MAP_SHARED.*, (\d+), ', text)
            if shared and int(shared[1]) in self.open and not self.open[int(shared[1])].path.endswith('-shm'):
                raise Unread(f'a file of the vault is written through memory: {self.open[int(shared[1])].path}')

    def close(self, number):
        for table in (self.open, self.places, self.connections):
            table.pop(number, None)

    def opened(self, start, end, path, text, number):
        found = self.find(path)
        if found is None:
            return
        folder, name, node = found
        flags = text.rsplit('"', 1)[1]
        if re.search(r'O_D?SYNC|O_DIRECT\b|O_APPEND|O_TMPFILE', flags):
            raise Unread(f'{path} opened with {flags}')
        if node is None:
            node = self.create(start, end, folder, name, False)
        elif 'O_TRUNC' in flags:
            self.change(node, Resize(start, end, 0))
        self.open[number], self.places[number] = node, 0

    def named(self, start, end, name, paths, text):
        found = [self.find(path) for path in paths]
        if not any(found):
            return
        if not all(found) or name in ('link', 'linkat', 'symlink', 'symlinkat', 'truncate') or 'RENAME_' in text:
            raise Unread(f'{name} {paths}')
        folder, last, node = found[0]
        if name.startswith('mkdir'):
            self.create(start, end, folder, last, True)
        elif name.startswith('rename'):
            self.name(start, end, (folder, last, None), (found[1][0], found[1][1], node))
        elif node is not None:
            self.name(start, end, (folder, last, None))

    def write(self, start, end, name, text, number, result):
        node = self.open[number]
        if name in ('fsync', 'fdatasync'):
            node.flushes.append((start, end))
            self.moments.append(end)
        elif name in ('write', 'writev', 'pwrite64', 'pwritev', 'pwritev2'):
            data = sent_bytes(text)[:result]
            if name.startswith('p'):
                offset = int(text.rsplit(', ', 2)[-2 if name == 'pwritev2' else -1])
            else:
                offset = self.places[number]
                self.places[number] += len(data)
            if data:
                self.change(node, Write(start, end, offset, data))
        elif name == 'ftruncate':
            self.change(node, Resize(start, end, int(text.rsplit(', ', 1)[1])))
        elif name == 'fallocate':
            _, mode, offset, length = text.split(', ')
            if mode != '0':
                raise Unread(f'fallocate {text}')
            self.change(node, Resize(start, end, int(offset) + int(length), only_grows=True))
        elif name == 'lseek':
            self.places[number] = result
        elif name == 'read':
            self.places[number] += result
        elif name == 'mmap' or name not in HARMLESS | {'pread64', 'readv', 'preadv'}:
            raise Unread(f'{name} on {node.path}')

    def talk(self, number, end, name, text, result):
        connection = self.connections[number]
        if name in ('read', 'readv', 'recvfrom', 'recvmsg'):
            connection.request += sent_bytes(text)[:result]
        elif name in ('write', 'writev', 'sendto', 'sendmsg'):
            for answer in connection.sent(sent_bytes(text)[:result], end):
                self.answers.append(answer)
                self.moments.append(end)
        elif name not in ('lseek', 'fsync', 'fdatasync'):
            raise Unread(f'{name} on the socket')


def decoded(text):
    return bytes.fromhex(text.replace('\\x', ''))


def sent_bytes(text):
    if '"...' in text:
        raise Unread('strace cut the data short')
    return b''.join(map(decoded, re.findall(r'"((?:\\x[0-9a-f]{2})*)"', text)))


def read_trace(path, replay):
    """Hands each call to the replay, with the lines at which it began and ended."""
    begun = {}
    with open(path, encoding='ascii') as file:
        for number, line in enumerate(file):
            thread, _, text = line.rstrip('\n').partition(' ')
            text = text.lstrip()
            if text.startswith(('+++', '---')):
                continue
            start = number
            resumed = re.match(r'<\.\.\. \w+ resumed>', text)
            if resumed:
                start, before = begun.pop(thread)
                # A descriptor is free again as soon as its close began.
                if before.startswith('close('):
                    continue
                text = before + text[resumed.end() :]
            if text.endswith(UNFINISHED):
                text = text[: -len(UNFINISHED)]
                begun[thread] = (start, text)
                if not text.startswith('close('):
                    continue
                text += ') = 0'
            name, _, rest = text.partition('(')
            arguments, _, result = rest.rpartition(' = ')
            result = re.match(r'-?\d+', result)
            if result:
                replay.call(start, number, name, arguments.rstrip()[:-1], int(result[0]))


# --- What a disk holds at a moment


class Cut:
    """One choice of what was on the disk at the moment."""

    # All that was not flushed is lost, or nothing is, or each piece goes its own way, often or seldom.
    CHANCES = (0, 0, 0.1, 0.5, 0.9, 1, 1)

    def __init__(self, replay, moment, choose, torn, chances):
        self.replay, self.moment, self.choose, self.torn = replay, moment, choose, torn
        self.chances = chances
        self.kept = self.lost = self.damaged = 0

    def chance(self):
        return self.choose.choice(self.chances)

    def names(self):
        """For each folder its names, as the disk has them."""
        chance = self.chance()
        held = {id(node): dict(node.first) for node in self.replay.nodes if node.is_folder}
        for naming in self.replay.namings:
            if naming.start >= self.moment:
                continue
            flushed = any(
                naming.end < start and end < self.moment
                for folder, _, _ in naming.names
                for start, end in folder.flushes
            )
            if not flushed:
                if self.choose.random() >= chance:
                    self.lost += 1
                    continue
                self.kept += 1
            for folder, name, node in naming.names:
                if node is None:
                    held[id(folder)].pop(name, None)
                else:
                    held[id(folder)][name] = node
        return held

    def content(self, node):
        sure, later = node.pending(self.moment)
        content, size = bytearray(node.content), len(node.content)
        for change in sure:
            size = change.size(size)
            if isinstance(change, Write):
                grow(content, size)
                content[change.offset : change.offset + len(change.data)] = change.data
            elif size < len(content):
                del content[size:]
        grow(content, size)
        if not later:
            return bytes(content)
        return self.chosen(content, size, later)

    def chosen(self, content, size, later):
        sizes = [size]
        for change in later:
            sizes.append(change.size(sizes[-1]))
        highest = (max(len(content), *sizes) - 1) // SECTOR
        grow(content, (highest + 1) * SECTOR)
        chance = self.chance()
        by_sector = {}
        for change in later:
            for sector in change.sectors(highest):
                by_sector.setdefault(sector, []).append(change)
        for sector, changes in by_sector.items():
            count = len(changes) if self.choose.random() < chance else self.choose.randrange(len(changes))
            if chance == 0:
                count = 0
            self.kept += count
            self.lost += len(changes) - count
            for change in changes[:count]:
                put(content, sector, *change.piece(sector))
            if self.torn and count < len(changes) and self.choose.random() < 0.1:
                place, data = changes[count].piece(sector)
                put(content, sector, place, self.half(data, content[sector * SECTOR + place :][: len(data)]))
                self.damaged += 1
        pick = self.choose.random()
        size = sizes[-1] if pick < chance else sizes[0] if chance == 0 else self.choose.choice(sizes)
        return bytes(content[:size])

    def half(self, new, old):
        if self.choose.random() < 0.5:
            return self.choose.randbytes(len(new))
        place = self.choose.randrange(len(new) + 1)
        return self.choose.choice((new[:place] + old[place:], old[:place] + new[place:]))

    def write(self, out):
        held = self.names()
        self.write_folder(self.replay.root, held, out)

    def write_folder(self, node, held, path):
        os.mkdir(path, 0o700)
        for name, inner in sorted(held[id(node)].items()):
            target = os.path.join(path, name)
            if inner.is_folder:
                self.write_folder(inner, held, target)
            else:
                with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), 'wb') as file:
                    file.write(self.content(inner))


def grow(content, size):
    if size > len(content):
        content.extend(bytes(size - len(content)))


def put(content, sector, place, data):
    start = sector * SECTOR + place
    content[start : start + len(data)] = data


# --- What was acknowledged


class Acknowledged:
    """What the answers that had left by a moment say."""

    def __init__(self, answers, moment):
        self.indices, self.journals, self.paths, self.told = set(), set(), set(), set()
        for answer in answers:
            if answer.end >= moment:
                continue
            self.paths.add(answer.path)
            if b'"receipt"' not in answer.body[:20000] and b'"granted"' not in answer.body[:20000]:
                continue
            body = json.loads(answer.body)
            if not isinstance(body, dict) or 'index' not in body:
                continue
            self.indices.add(body['index'])
            self.told.update(re.findall(r'bevis\.example/log/[0-9a-f]+\n(\d+)\n(\S+)\n', body['receipt']))
            if body.get('granted'):
                self.journals.update(re.findall(rb'\\njournal (.*?)\\n', answer.request))

    def covers(self, path):
        kind, _, number = os.path.basename(path).partition('-')
        if kind == 'add':
            with open(path, encoding='utf-8') as file:
                return all(row['entry'] in self.indices for row in json.load(file))
        if kind == 'opened':
            return f'j-{number}'.encode() in self.journals
        return {'granted': '/v1/grants', 'revoked': '/v1/revocations'}.get(kind) in self.paths


def link_acknowledged(options, answers, moment, out):
    acknowledged = Acknowledged(answers, moment)
    os.mkdir(out + '/acks')
    names = []
    for name in sorted(os.listdir(options.acks)):
        path = os.path.join(options.acks, name)
        earlier = os.path.exists(os.path.join(options.before, name))
        if os.path.getsize(path) and not name.startswith('err-') and (earlier or acknowledged.covers(path)):
            os.link(path, f'{out}/acks/{name}')
            names.append(name)
    with open(out + '/told', 'w', encoding='utf-8') as file:
        file.writelines(f'{size} {root}\n' for size, root in sorted(acknowledged.told, key=lambda told: int(told[0])))
    return names


# --- Commands


def choose_moment(replay, choose, last):
    """Anywhere in the trace; or where it is closest: just after an answer left, or while a flush was under way."""
    kind = choose.choice(('anywhere', 'answer', 'flush'))
    if kind == 'answer' and replay.answers:
        after = choose.choice(replay.answers).end
        return after + 1 + choose.choice((0, 0, 1, 5))
    if kind == 'flush':
        flushes = [end for node in replay.nodes for _, end in node.flushes]
        if flushes:
            return choose.choice(flushes)
    moments = sorted(set(replay.moments))
    return moments[bisect.bisect(moments, choose.randrange(last + 1)) - 1] + 1


def cut(options):
    replay = Replay(options.vault, options.base)
    read_trace(options.trace, replay)
    for node in replay.nodes:
        if any(fnmatch.fnmatchcase(node.path, pattern) for pattern in options.ignore_flushes):
            node.flushes = []
    last = max(replay.moments, default=0) + 1
    os.makedirs(options.out, exist_ok=True)
    for number in range(1, options.rounds + 1):
        if options.only not in (None, number):
            continue
        choose = random.Random(f'{options.seed}/{number}')
        if options.after:
            moment = 1 + next(answer.end for answer in replay.answers if answer.path == options.after)
        else:
            moment = choose_moment(replay, choose, last)
        out = f'{options.out}/{number}'
        os.mkdir(out)
        torn = number % 2 == 0
        chances = (options.chance,) if options.chance is not None else Cut.CHANCES
        made = Cut(replay, moment, choose, torn, chances)
        made.write(out + '/v')
        names = link_acknowledged(options, replay.answers, moment, out)
        with open(out + '/choices', 'w', encoding='utf-8') as file:
            file.write(
                f'cut {options.seed}/{number} at line {moment} of {last}, {made.kept} changes kept, {made.lost} lost, '
                f'{made.damaged} torn, {len(names)} acknowledged\n'
            )


def fetched(path, target):
    """The body of an answer over a Unix socket."""
    with socket.socket(socket.AF_UNIX) as stream:
        stream.connect(path)
        stream.sendall(f'GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'.encode())
        data = b''
        while True:
            head, blank, body = data.partition(b'\r\n\r\n')
            length = re.search(rb'(?im)^content-length: (\d+)', head) if blank else None
            if length and len(body) >= int(length[1]):
                break
            more = stream.recv(1 << 20)
            if not more:
                break
            data += more
    if not head.startswith(b'HTTP/1.1 200'):
        sys.exit(f'{target}: {head[:200]!r}')
    return body


def root(hashes):
    """The head of a tree (RFC 6962, 2.1)."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b'\1' + root(hashes[:split]) + root(hashes[split:])).digest()


def leaves(path):
    size = int(fetched(path, '/checkpoint').split(b'\n')[1])
    hashes = []
    for first in range(0, size, 256):
        width = min(256, size - first)
        partial = f'.p/{width}' if width < 256 else ''
        bundle = fetched(path, f'/tile/entries/{first // 256:03}{partial}')
        while bundle:
            length = int.from_bytes(bundle[:2], 'big')
            hashes.append(hashlib.sha256(b'\0' + bundle[2 : 2 + length]).digest())
            bundle = bundle[2 + length :]
    if len(hashes) != size:
        sys.exit(f'the log has {len(hashes)} leaves, its checkpoint says {size}')
    return hashes


def continued(options):
    with open(options.told, encoding='utf-8') as file:
        told = [line.split() for line in file]
    hashes = leaves(options.socket)
    for size, wanted in told:
        if int(size) > len(hashes) or root(hashes[: int(size)]) != base64.b64decode(wanted):
            sys.exit(f'the log, of {len(hashes)} leaves, does not continue the checkpoint of {size} that an answer told')
    print(f'{len(told)} checkpoints continued')


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', 1)[0])
    commands = parser.add_subparsers(required=True)
    making = commands.add_parser('cut')
    for name in ('trace', 'vault', 'base', 'before', 'acks', 'seed', 'out'):
        making.add_argument('--' + name, required=True)
    making.add_argument('--rounds', type=int, required=True)
    making.add_argument('--only', type=int, help='this round alone')
    making.add_argument('--after', metavar='PATH', help='cut just after the first answer for this path')
    making.add_argument('--chance', type=float, help='of each piece that was not flushed; 0: all of it is lost')
    making.add_argument(
        '--ignore-flushes', action='append', default=[], metavar='PATTERN',
        help='a disk that lies: flushes of such files or folders (paths in the vault) do nothing',
    )
    making.set_defaults(run=cut)
    asking = commands.add_parser('continued')
    asking.add_argument('--socket', required=True)
    asking.add_argument('--told', required=True)
    asking.set_defaults(run=continued)
    options = parser.parse_args()
    try:
        options.run(options)
    except Unread as error:
        sys.exit(f'torn: {error}')


main()
