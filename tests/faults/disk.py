"""disk.py: fills the small disk that LOOPHOLE_HOME/data is, and makes room again."""
import os

data = os.environ["LOOPHOLE_HOME"] + "/data"


def fill():
    """All that is left, to the last byte."""
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
    """So many bytes of room again, of what fill() took."""
    os.truncate(data + "/filler", os.path.getsize(data + "/filler") - count)
