"""disk.py: fills the small disk of LOOPHOLE_HOME/data, and frees space again."""
import os

data = os.environ["LOOPHOLE_HOME"] + "/data"


def fill():
    """Fills the disk to the last byte."""
    with open(data + "/filler", "ab", buffering=0) as f:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    f.write(bytes(size))
            except OSError:
                pass


def make_room():
    os.unlink(data + "/filler")


def give(count):
    """Frees `count` bytes that fill() took."""
    os.truncate(data + "/filler", os.path.getsize(data + "/filler") - count)
