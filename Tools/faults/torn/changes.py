"""What was done to files and names, and when it was flushed."""

SECTOR = 512


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
