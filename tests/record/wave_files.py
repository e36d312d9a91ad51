"""wave_files.py: WAVs of integer samples with chunks, made and read by the tests."""
import array
import struct

from tests.claims import file_bytes, same, write_file

RATE = 44100


def chunk(name, body):
    return name + struct.pack('<I', len(body)) + body + b'\0' * (len(body) & 1)


def wav(path, samples, rate=RATE, channels=1, bits=16, more=b''):
    """A WAV of integer samples; `more` are chunks after them."""
    width = bits // 8
    data = array.array('h', samples).tobytes() if bits == 16 else \
        b''.join(s.to_bytes(width, 'little', signed=True) for s in samples)
    form = struct.pack('<HHIIHH', 1, channels, rate, rate * channels * width, channels * width, bits)
    body = b'WAVE' + chunk(b'fmt ', form) + chunk(b'data', data) + more
    write_file(path, b'RIFF' + struct.pack('<I', len(body)) + body)


def chunks(path):
    """The chunks of a WAV by name, which must fill the file exactly."""
    whole = file_bytes(path)
    same((b'RIFF', b'WAVE', len(whole) - 8), (whole[:4], whole[8:12], struct.unpack('<I', whole[4:8])[0]))
    at, found = 12, {}
    while at < len(whole):
        name, size = whole[at:at + 4], struct.unpack('<I', whole[at + 4:at + 8])[0]
        assert at + 8 + size <= len(whole), f'{name} is longer than the file'
        found[name] = whole[at + 8:at + 8 + size]
        at += 8 + size + (size & 1)
    return found


def form(path):
    """(codec, channels, rate, bits)"""
    codec, channels, rate, _, _, bits = struct.unpack('<HHIIHH', chunks(path)[b'fmt '][:16])
    return codec, channels, rate, bits


def samples_of(path):
    data, bits = chunks(path)[b'data'], form(path)[3]
    if bits == 16:
        return list(array.array('h', data))
    wide = bytearray(len(data) // 3 * 4)  # each sample in the upper bytes of four
    for byte in range(3):
        wide[byte + 1::4] = data[byte::3]
    return [sample >> 8 for sample in array.array('i', wide)]


def smpl(start, last):
    """Root note 48, one loop."""
    return chunk(b'smpl', struct.pack('<9I', 0, 0, 1000000000 // RATE, 48, 0, 0, 0, 1, 0) +
                 struct.pack('<6I', 0, 0, start, last, 0, 0))


def acid(beats, tempo):
    return chunk(b'acid', struct.pack('<IHHfIHHf', 0, 0x3C, 0x8000, 0, beats, 4, 4, tempo))
