"""Reads what strace saw of a custodian, and says what it did."""

import os
import re

from changes import Naming, Node, Resize, Write


UNFINISHED = ' <unfinished ...>'
# What only looks, or changes nothing that a disk keeps. Any other call on a file of the vault ends the reading.
HARMLESS = {'lseek', 'sync_file_range', 'fadvise64', 'flock', 'fchmod'}
NAMING = set(
    'rename renameat renameat2 link linkat symlink symlinkat unlink unlinkat mkdir mkdirat rmdir truncate'.split()
)


class Unread(Exception):
    """A trace with something that this program does not know how to replay."""


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
