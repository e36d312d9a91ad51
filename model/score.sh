#!/usr/bin/env bash
# Scores the analysis on labelled sounds. Usage: model/score.sh DATA MANIFESTS   (BUILD=build)
# MANIFESTS contains class.tsv, bpm.tsv, key.tsv and score.py; DATA contains their audio, at relative paths.
# The model learned from the sounds of model/classes.tsv: for those, use model/check.py, which holds out whole kits.
set -euo pipefail
data=${1:?DATA} manifests=${2:?MANIFESTS} ear=${BUILD:-build}/analyse_file out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

for what in class bpm key; do
    cut -f1 "$manifests/$what.tsv" | sed "s#^\([^/]\)#$data/\1#" | tr '\n' '\0' | xargs -0 "$ear" > "$out/$what.json"
done
/usr/bin/python3 - "$out" "$data/" <<'PYTHON'
import json
import sys

import numpy as np

out, data = sys.argv[1:]
heard = {what: [json.loads(line) for line in open(f'{out}/{what}.json')] for what in ('class', 'bpm', 'key')}
name = lambda sound: sound['path'].removeprefix(data)


def write(what, rows):
    with open(f'{out}/{what}', 'w') as file:
        file.writelines('\t'.join(map(str, row)) + '\n' for row in rows)


z = np.array([sound['embedding'] for sound in heard['class']])
near = np.argsort(((z[:, None] - z) ** 2).sum(-1), axis=1)
write('retrieval', ([name(s)] + [name(heard['class'][k]) for k in order] for s, order in zip(heard['class'], near)))
write('class', ((name(s), s.get('class', ''), s.get('class_confidence', 0)) for s in heard['class']))
write('tempo', ((name(s), s.get('bpm', '')) for s in heard['bpm']))
write('key', ((name(s), s.get('key', '')) for s in heard['key']))
single = heard['class']
print(f'one-shots with a tempo {sum("bpm" in s for s in single) / len(single):.3f}')
drums = [s for s in single if s.get('family') == 'drums']
print(f'one-shots heard as drums with a key {sum("key" in s for s in drums) / max(1, len(drums)):.3f}')
PYTHON
for what in retrieval class; do /usr/bin/python3 "$manifests/score.py" $what "$manifests/class.tsv" "$out/$what"; done
/usr/bin/python3 "$manifests/score.py" tempo "$manifests/bpm.tsv" "$out/tempo"
/usr/bin/python3 "$manifests/score.py" key "$manifests/key.tsv" "$out/key"
