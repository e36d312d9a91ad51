"""weights.bin: named matrices of floats, as services/worker/analysis/features/model.h describes them."""
import struct

import numpy as np

PATH = 'model/weights.bin'
ROW, CLASSES, HIDDEN, NETS = 883, 24, 96, 3
TEMPO_FEATURES, TEMPO_HIDDEN = 93, 24
HARMONY, KEY_HIDDEN = 36, 32             # rows of struct harmony
BLOCK_SIZES = (132, 554, 65, 82, 38, 12)  # columns in the row: spectrum timbre pitch amplitude rhythm signs
EMBEDDING = (16, 16, 12, 12, 8)           # spectrum timbre pitch amplitude rhythm


def shapes():
    """The name and shape of every matrix that the ear reads."""
    yield 'tempo.mean', (1, TEMPO_FEATURES)
    yield 'tempo.spread', (1, TEMPO_FEATURES)
    yield 'tempo.in', (TEMPO_FEATURES, TEMPO_HIDDEN)
    yield 'tempo.in_bias', (1, TEMPO_HIDDEN)
    yield 'tempo.out', (TEMPO_HIDDEN, 1)
    yield 'tempo.direct', (TEMPO_FEATURES, 1)
    yield 'key.mean', (1, HARMONY * 12)
    yield 'key.spread', (1, HARMONY * 12)
    yield 'key.in', (HARMONY * 12, KEY_HIDDEN)
    yield 'key.in_bias', (1, KEY_HIDDEN)
    yield 'key.out', (KEY_HIDDEN, 2)
    yield 'key.direct', (HARMONY * 12, 2)
    yield 'key.bias', (1, 2)
    yield 'row.mean', (1, ROW)
    yield 'row.spread', (1, ROW)
    yield 'class.linear', (ROW, CLASSES)
    yield 'class.bias', (1, CLASSES)
    yield 'class.sharpness', (1, 1)
    yield 'judge.linear', (ROW, 2)
    yield 'judge.bias', (1, 2)
    for i in range(NETS):
        yield f'class.in{i}', (ROW, HIDDEN)
        yield f'class.in_bias{i}', (1, HIDDEN)
        yield f'class.out{i}', (HIDDEN, CLASSES)
        yield f'class.out_bias{i}', (1, CLASSES)
    yield 'embed.timbre', (CLASSES, EMBEDDING[1])
    for b, size in enumerate(EMBEDDING):
        if b != 1:
            yield f'embed.block{b}', (ROW, size)
            yield f'embed.bias{b}', (1, size)


def read(path=PATH):
    """The matrices of a file (name → array); empty if the file is missing or has another layout."""
    try:
        data = open(path, 'rb').read()
        count = struct.unpack_from('<4sI', data)[1]
        heads = [struct.unpack_from('<24sIII', data, 8 + 36 * i) for i in range(count)]
        found = {name.rstrip(b'\0').decode(): np.frombuffer(data, '<f4', rows * columns, 8 + 36 * count + 4 * first)
                 .reshape(rows, columns) for name, rows, columns, first in heads}
    except (OSError, struct.error, ValueError):
        return {}
    return {name: found[name] for name, shape in shapes() if name in found and found[name].shape == shape}


def write(found, path=PATH):
    """Writes the matrices of `found` (name → array). Those that it lacks stay unchanged; new ones are 0, a spread 1."""
    found = read(path) | found
    heads, floats, first = [], [], 0
    for name, shape in shapes():
        default = np.ones(shape) if name.endswith('spread') else np.zeros(shape)
        matrix = np.asarray(found.get(name, default), '<f4').reshape(shape)
        assert np.isfinite(matrix).all(), name
        heads.append(struct.pack('<24sIII', name.encode(), *shape, first))
        floats.append(matrix.tobytes())
        first += matrix.size
    with open(path, 'wb') as out:
        out.write(b'LHM1' + struct.pack('<I', len(heads)) + b''.join(heads) + b''.join(floats))
