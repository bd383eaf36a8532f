"""What a disk holds at a moment."""

import os

from changes import SECTOR, Write


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
