"""What clients were told, against what the owner sees after a fault; run by the check of faults.sh."""

import glob
import json
import sys

items = {row['item'] for row in json.load(open('list'))}
log = json.load(open('log'))
opened = {line['journal'] for line in log if line['event'] == 'opened'}
entries = {line['entry']: line for line in log}
problems, adds, opens = [], 0, 0
for path in glob.glob('acks/add-*'):
    for row in json.load(open(path)):
        adds += 1
        if row['item'] not in items or entries.get(row['entry'], {}).get('event') != 'item-added':
            problems.append(f"acknowledged item {row['item']} is gone")
original = open('first', 'rb').read()
for path in glob.glob('acks/opened-*'):
    opens += 1
    if open(path, 'rb').read() != original:
        problems.append(f'{path} has other bytes')
    if 'j-' + path.rsplit('-', 1)[1] not in opened:
        problems.append(f'{path} was opened without a line in the log')
times = [line['time'] for line in log]
if times != sorted(times):
    problems.append('times in the log go back')
if problems:
    sys.exit('; '.join(problems))
print(f'{adds} added and {opens} opened, all there')
