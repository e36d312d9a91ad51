"""hostile_files.py FOLDER [SEED]: writes a few hundred hostile files, and good ones that must be analysed all the same.
Prints a line "VERDICT HEX" for each; HEX is its path below FOLDER in hex. Verdicts:

  fine     must be analysed                 reported     analysed, or refused with a reason
  refused  must be refused with a reason    odd      refused, or not an item at all: nothing readable"""
import os
import random
import shutil
import socket
import struct
import sys

from tests.faults.library import real_audio

chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
top = os.fsencode(sys.argv[1])


def reported(verdict, name):
    print(verdict, os.fsencode(name).hex())


def keep(verdict, name, data):
    path = os.path.join(top, os.fsencode(name))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(data)
    reported(verdict, name)


def lie(name, data):
    keep("reported", "lying/" + name, data)


# ---- sounds ----

def chunk(name, data, size=None):
    return name + struct.pack("<I", len(data) if size is None else size) + data + b"\0" * (len(data) % 2)


def fmt(tag=1, channels=1, rate=44100, bits=16, align=None, bytes_a_second=None):
    align = channels * ((bits + 7) // 8) if align is None else align
    second = rate * align if bytes_a_second is None else bytes_a_second
    return struct.pack("<HHIIHH", tag, channels, rate, second & 0xffffffff, align & 0xffff, bits)


def riff(*chunks, size=None, kind=b"WAVE"):
    body = kind + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def wave(format_chunk=None, data=None, data_size=None, size=None):
    data = TONE if data is None else data
    return riff(chunk(b"fmt ", fmt() if format_chunk is None else format_chunk), chunk(b"data", data, data_size),
                size=size)


def extended(mantissa, exponent):
    return struct.pack(">HQ", exponent, mantissa)


def aiff(channels=1, frames=2000, bits=16, rate=None, data=None, offset=0, size=None):
    data = TONE[:4000] if data is None else data
    comm = struct.pack(">hIh", channels, frames & 0xffffffff, bits) + (rate or extended(0xAC44 << 48, 0x400E))
    ssnd = struct.pack(">III", len(data) + 8, offset, 0) + data
    body = b"AIFF" + b"COMM" + struct.pack(">I", 18) + comm + b"SSND" + ssnd
    return b"FORM" + struct.pack(">I", len(body) if size is None else size) + body


def flac_info(rate=44100, channels=2, bits=16, total=44100, block=4096):
    packed = rate << 44 | (channels - 1) << 41 | (bits - 1) << 36 | total
    return struct.pack(">HH", block, block) + b"\0" * 6 + packed.to_bytes(8, "big") + b"\0" * 16


def flac_block(kind, data, last=False, size=None):
    return bytes([kind | 0x80 * last]) + (len(data) if size is None else size).to_bytes(3, "big") + data


def mpeg(frames=40):
    """Layer III frames of silence."""
    return (b"\xff\xfb\x90\x00" + b"\0" * 413) * frames


def size28(size):
    return bytes(size >> shift & 0x7f for shift in (21, 14, 7, 0))


def id3(*frames, size=None, version=3, flags=0):
    body = b"".join(frames)
    return b"ID3" + bytes([version, 0, flags]) + size28(len(body) if size is None else size) + body


def id3_frame(name, data, size=None):
    return name + struct.pack(">I", len(data) if size is None else size) + b"\0\0" + data


def ogg_page(segments, data, flags=2, number=0, serial=7, granule=0):
    return b"OggS\0" + bytes([flags]) + struct.pack("<qIII", granule, serial, number, 0) + \
        bytes([len(segments)]) + bytes(segments) + data


def vorbis_head(channels=2, rate=44100, blocks=0xb8):
    return b"\1vorbis" + struct.pack("<IBIiii", 0, channels, rate, 0, 128000, 0) + bytes([blocks, 1])


TONE = b"".join(struct.pack("<h", (n * n // 7 % 20001) - 10000) for n in range(8000))
FMT, DATA = chunk(b"fmt ", fmt()), chunk(b"data", TONE)
BASES = {kind: open(next(p for p in real_audio("." + kind) if os.path.getsize(p) > 6000), "rb").read()
         for kind in ("wav", "aiff", "flac")}
BASES["mp3"] = id3(id3_frame(b"TIT2", b"\0title")) + mpeg()
BASES["ogg"] = ogg_page([30], vorbis_head()) + \
    ogg_page([60], b"\3vorbis" + struct.pack("<I", 4) + b"made" + b"\0" * 45)


# ---- their errors ----

def cut_short():
    """Cut at the beginning and end of each part of a header, and one byte before and after."""
    edges = {"wav": (0, 4, 8, 12, 16, 20, 22, 24, 28, 32, 34, 36, 40, 44),
             "aiff": (0, 4, 8, 12, 16, 20, 22, 26, 28, 38, 42, 46, 54),
             "flac": (0, 4, 5, 8, 10, 12, 18, 26, 42, 46), "mp3": (0, 3, 6, 10, 14, 20, 27, 31, 445),
             "ogg": (0, 4, 6, 14, 18, 26, 27, 28, 35, 58, 62)}
    for kind, data in BASES.items():
        marks = {edge + by for edge in edges[kind] for by in (-1, 0, 1)} | {len(data) // 2, len(data) - 1}
        for at in sorted(m for m in marks if 0 <= m < len(data)):
            keep("reported", "cut/%06d.%s" % (at, kind), data[:at])


def flipped():
    for kind, data in BASES.items():
        for n in range(8):
            harmed = bytearray(data)
            for _ in range(1 + 4 * n):
                harmed[chance.randrange(min(len(data), 64 if n % 2 else len(data)))] = chance.randrange(256)
            keep("reported", "flipped/%d.%s" % (n, kind), bytes(harmed))


def noise():
    magics = {"wav": b"RIFF\xff\xff\xff\xffWAVEfmt ",
              "aiff": b"FORM\x7f\xff\xff\xffAIFFCOMM", "flac": b"fLaC\0\0\0\x22",
              "ogg": b"OggS\0\2", "mp3": b"\xff\xfb\x90\x64", "mid": b"MThd\0\0\0\6",
              "mp4": b"\0\0\0\x20ftypisom",
              "aif": b"FORM\0\0\0\0AIFC",
              "w64": b"riff\x2e\x91\xcf\x11", "caf": b"caff\0\1\0\0", "au": b".snd\0\0\0\x18"}
    for kind, magic in magics.items():
        for n in range(3):
            keep("reported", "noise/magic %d.%s" % (n, kind), magic + chance.randbytes(chance.randrange(1, 20000)))
    for kind in ("wav", "flac", "ogg", "mp3", "aif", "opus", "mpg"):
        keep("reported", "noise/pure." + kind, chance.randbytes(30000))


def lying_waves():
    formats = {"0 channels": fmt(channels=0), "65535 channels": fmt(channels=65535, align=2),
               "1025 channels": fmt(channels=1025),
               "0 Hz": fmt(rate=0), "1 Hz": fmt(rate=1), "10 MHz": fmt(rate=10_000_000),
               "4 GHz": fmt(rate=0xffffffff, bytes_a_second=0),
               "0 bits": fmt(bits=0), "1 bit": fmt(bits=1), "255 bits": fmt(bits=255),
               "65535 bits": fmt(bits=65535),
               "align 0": fmt(align=0), "align 65535": fmt(align=65535), "tag 0": fmt(tag=0),
               "tag 65535": fmt(tag=65535),
               "extensible, short": fmt(tag=0xfffe), "adpcm, short": fmt(tag=2, bits=4), "gsm": fmt(tag=0x31),
               "mp3 inside": fmt(tag=0x55), "empty": b"", "1 byte": b"\1"}
    for name, form in formats.items():
        lie("wave of %s.wav" % name, wave(form))
    for name, data_size in {"2^31 frames": 0xffffffff, "2^31 bytes": 1 << 31, "0 bytes": 0, "odd": 15999}.items():
        lie("data of %s.wav" % name, wave(data_size=data_size))
    for name, size in {"0": 0, "-1": 0xffffffff, "7": 7}.items():
        lie("riff of %s.wav" % name, wave(size=size))
    lie("2^31 frames of 8 channels.wav", wave(fmt(channels=8), data_size=0xfffffff0))
    lie("data before format.wav", riff(DATA, FMT))
    lie("no data.wav", riff(FMT))
    lie("no format.wav", riff(DATA))
    lie("two formats.wav", riff(FMT, chunk(b"fmt ", fmt(channels=8)), DATA))
    lie("50000 chunks.wav", riff(FMT, *[chunk(b"junk", b"")] * 50000, DATA))
    lie("list of 4 GB.wav", riff(FMT, chunk(b"LIST", b"INFO" + b"INAM", 0xffffffff), DATA))
    lie("cue of 2^32.wav", riff(FMT, chunk(b"cue ", b"\xff" * 28), DATA))
    lie("smpl of 2^32 loops.wav", riff(FMT, chunk(b"smpl", b"\xff" * 60), DATA))
    huge = struct.pack("<QQQI", 1 << 62, 1 << 62, 1 << 62, 1 << 31)
    lie("ds64.wav", b"RF64\xff\xff\xff\xffWAVE" + chunk(b"ds64", huge) +
        FMT + chunk(b"data", TONE, 0xffffffff))


def lying_others():
    for name, more in {"0 channels": {"channels": 0}, "-1 channels": {"channels": -1},
                       "2^31 frames": {"frames": 1 << 31},
                       "0 bits": {"bits": 0}, "-8 bits": {"bits": -8},
                       "NaN Hz": {"rate": extended(~0 & (1 << 64) - 1, 0x7fff)},
                       "10 MHz": {"rate": extended(10_000_000 << 40, 0x4016)},
                       "-1 Hz": {"rate": extended(1 << 63, 0xbfff)},
                       "offset 2^32": {"offset": 0xffffffff}, "size 0": {"size": 0},
                       "size -1": {"size": 0xffffffff}}.items():
        lie("aiff of %s.aiff" % name, aiff(**more))
    frames = BASES["flac"][-3000:]
    for name, info in {"0 Hz": flac_info(rate=0), "2^36 frames": flac_info(total=(1 << 36) - 1),
                       "block 0": flac_info(block=0),
                       "32 bits": flac_info(bits=32), "block 65535": flac_info(block=65535)}.items():
        lie("flac of %s.flac" % name, b"fLaC" + flac_block(0, info, True) + frames)
    comment = struct.pack("<I", 4) + b"made" + struct.pack("<I", 0xffffffff)
    lie("flac of 2^32 comments.flac", b"fLaC" + flac_block(0, flac_info()) + flac_block(4, comment, True) + frames)
    past = flac_block(6, b"x", True, (1 << 24) - 1)
    lie("flac of a block past its end.flac", b"fLaC" + flac_block(0, flac_info()) + past)
    lie("flac of 30000 blocks.flac", b"fLaC" + flac_block(0, flac_info()) + flac_block(1, b"") * 30000 + frames)
    head = ogg_page([30], vorbis_head())
    lie("ogg of 0 channels.ogg", ogg_page([30], vorbis_head(channels=0)))
    lie("ogg of 0 Hz.ogg", ogg_page([30], vorbis_head(rate=0)))
    lie("ogg of 2^32 comments.ogg", head + ogg_page([23], b"\3vorbis" + comment[:16] + b"\0" * 4))
    pages = [ogg_page([255] * 255, b"\0" * 65025, 1, n) for n in range(1, 20)]
    lie("ogg of a packet without end.ogg", head + b"".join(pages))
    lie("ogg of 3000 streams.ogg", b"".join(ogg_page([30], vorbis_head(), serial=n) for n in range(3000)))
    lie("ogg of a time before time.ogg", head + ogg_page([1], b"\0", 4, 1, granule=-(1 << 62)))


def tags():
    deep = id3_frame(b"TIT2", b"\0x")
    for n in range(60):  # a chapter in a chapter in a chapter
        deep = id3_frame(b"CHAP", b"c\0" + b"\0" * 16 + deep)
    made = {"deep": id3(deep), "of 256 MB": id3(size=(1 << 28) - 1),
            "of 100000 frames": id3(*[id3_frame(b"TXXX", b"\0a\0b")] * 100000),
            "of a frame of 4 GB": id3(id3_frame(b"TIT2", b"\0x", 0xffffffff)),
            "of an extended header of 4 GB": id3(b"\xff" * 20, flags=0x40),
            "unsynchronised": id3(b"\xff\0" * 5000, flags=0x80),
            "of version 255": id3(b"x" * 50, version=255),
            "of half a letter": id3(id3_frame(b"TIT2", b"\1\xff\xfe\x00\xd8")),
            "of any byte": id3(id3_frame(b"TIT2", bytes(range(256)))),
            "of a title of 1 MB": id3(id3_frame(b"TIT2", b"\3" + b"\xc3\xa9" * 500000)),
            "of an empty frame": id3(id3_frame(b"TIT2", b""))}
    for name, tag in made.items():
        keep("reported", "tags/id3 %s.mp3" % name, tag + mpeg())
        keep("reported", "tags/wave with id3 %s.wav" % name,
             riff(FMT, DATA, chunk(b"id3 ", tag[:200000])))
    keep("reported", "tags/2000 tags in a row.mp3", id3(deep) * 2000 + mpeg())


def samples():
    """Floats that are not samples: a worker treats them as silence."""
    nan, inf = float("nan"), float("inf")
    for name, values in {"NaN": [nan], "infinity": [inf, -inf], "huge": [1e38, -1e38], "denormal": [1e-42, -1e-42],
                         "mixed": [0.5, nan, -0.5, inf]}.items():
        count = 8000 // len(values)
        keep("fine", "samples/%s float.wav" % name,
             wave(fmt(tag=3, bits=32), struct.pack("<%df" % len(values), *values) * count))
        keep("fine", "samples/%s double.wav" % name,
             wave(fmt(tag=3, bits=64), struct.pack("<%dd" % len(values), *values) * count))
    keep("fine", "samples/none.wav", wave(data=b""))
    keep("fine", "samples/one.wav", wave(data=b"\1\2"))
    keep("fine", "samples/full scale.wav", wave(data=b"\xff\x7f\x00\x80" * 4000))


def wrong_names():
    keep("fine", "wrong/flac.wav", BASES["flac"])
    keep("fine", "wrong/wave.mp3", BASES["wav"])
    keep("fine", "wrong/aiff.FLAC", BASES["aiff"])
    keep("refused", "wrong/text.wav", b"This is not a sound.\n" * 400)
    keep("refused", "wrong/image.wav", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(5000))
    keep("refused", "wrong/program.aiff", b"\x7fELF\2\1\1" + bytes(5000))
    keep("refused", "wrong/archive.flac", b"PK\3\4" + bytes(5000))
    keep("refused", "wrong/empty.wav", b"")
    keep("refused", "wrong/empty.mp3", b"")
    keep("refused", "wrong/zeros.wav", bytes(100000))
    tone = wave(data=TONE[::-1])
    names = [b"x" + bytes([byte]) for byte in range(1, 256) if byte != ord("/")]
    for name in (*names, b"a" * 251, b" ", b"-rf",
                 b"'\"$(id)`id`;%s%n", "\u202egnp".encode(), b"\xff" * 251, b"\n\n\n",
                 "é".encode() * 125, b"con"):
        try:
            keep("fine", b"names/" + name + b".wav", tone)
        except OSError:  # the file system accepts no such name
            pass


# ---- other kinds of entries ----

def special():
    folder = os.path.join(top, b"special")
    os.makedirs(folder)
    inside = lambda name: os.path.join(folder, name)
    os.mkfifo(inside(b"pipe.wav"))
    os.symlink(b"/dev/zero", inside(b"zero.wav"))
    os.symlink(b"pipe.wav", inside(b"link to the pipe.wav"))
    os.symlink(b"itself.wav", inside(b"itself.wav"))
    os.symlink(b"nowhere.wav", inside(b"dangling.wav"))
    os.symlink(b"..", inside(b"up"))
    os.symlink(b"/", inside(b"root"))
    for n in range(60):
        os.symlink(b"chain %d.wav" % (n + 1), inside(b"chain %d.wav" % n))
        reported("odd", b"special/chain %d.wav" % n)
    names = [b"pipe.wav", b"zero.wav", b"link to the pipe.wav", b"itself.wav", b"dangling.wav"]
    os.mkdir(inside(b"folder.wav"))
    try:
        os.mknod(inside(b"device.wav"), 0o020666, os.makedev(1, 5))
        names.append(b"device.wav")
    except OSError:
        pass
    here = os.getcwd()
    os.chdir(folder)  # the path of a socket must be short
    socket.socket(socket.AF_UNIX).bind("socket.wav")
    os.chdir(here)
    for name in names + [b"socket.wav"]:
        reported("odd", b"special/" + name)


def too_deep():
    """Folders that are deeper than a path can name."""
    here = os.open(top, os.O_RDONLY)
    name = b"special/" + b"/".join([b"d" * 250] * 20) + b"/deep.wav"
    for part in name.split(b"/")[:-1]:
        try:
            os.mkdir(part, dir_fd=here)
        except FileExistsError:
            pass
        below = os.open(part, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open(b"deep.wav", os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=here))
    os.close(here)
    reported("odd", name)


def good():
    sounds = real_audio(".wav", ".aiff", ".flac")
    for n, path in enumerate(chance.sample(sounds[:400], 40)):
        name = "good/%02d %s" % (n, os.path.basename(path))
        os.makedirs(os.path.join(top, b"good"), exist_ok=True)
        shutil.copy(path, os.path.join(top, os.fsencode(name)))
        reported("fine", name)


for make in (good, cut_short, flipped, noise, lying_waves, lying_others, tags, samples, wrong_names, special,
             too_deep):
    make()
