"""What was acknowledged by a moment."""

import json
import os
import re


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
