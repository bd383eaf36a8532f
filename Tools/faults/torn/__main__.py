"""Makes the folders that a disk could have left, had the power been cut while a custodian ran.

    torn cut --trace FILE --vault PATH --base FOLDER --before ACKS --acks ACKS --seed WORD --rounds N --out FOLDER
    torn continued --socket FILE --told FILE

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
import bisect
import fnmatch
import os
import random
import sys

from acknowledged import link_acknowledged
from continued import continued
from disk import Cut
from replay import Replay, Unread, read_trace


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
