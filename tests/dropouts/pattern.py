"""A pattern that uses everything: sixteen rows, all waves, both sends, the acid filter."""

PATTERN = {"sequencer": {"bpm": 150.0, "tracks": [
    {"name": "row %d" % n, "voice_id": "voice%d" % (n + 1), "pattern": "X.x.x.x.X.x.x.xx" * 2, "gate_frac": 0.9,
     "reverb_send": 0.3, "delay_send": 0.3} for n in range(16)]},
    "modules": {"voice%d" % (n + 1): {"freq": 55.0 * (n + 1), "amp": 0.1, "acid": n % 4 == 0,
                                      "wave": ("saw", "square", "sine", "triangle", "noise")[n % 5]}
                for n in range(16)}}
