"""Scores the key on a second table of songs. No choice of the model may depend on their score.

Usage: /usr/bin/python3 model/kept_songs.py BUILD [COUNT]   (with the packages of songs.py)"""
import sys

import songs
from songs import DISTORTED, ELECTRIC, GUITAR, ORGAN, PIANO, STRINGS, SYNTH, WIND

SONGS = {
    # Major.
    'pianopop': (0, 'C F Am G', 'block', PIANO + SYNTH, dict(half=1, drums=.6)),
    'country': (0, 'C C F C C G7 C G7', 'oom', GUITAR + (105,), dict(bass='five', drums=.4)),
    'hymn': (0, 'C G/B C F C/E Dm C/G G C/E Am Dm7 G C', 'block', ORGAN + (52,), dict(half=1, end=.5)),
    'ska': (0, 'C Am Dm G7', 'stab', GUITAR + ORGAN + (61,), dict(half=1, bass='walk', drums=.8)),
    'reggae': (0, 'C C F G', 'stab', ORGAN + GUITAR, dict(half=1, drums=.8)),
    'garage': (0, 'C F G F', 'strum', DISTORTED, dict(half=1, drums=.8, melody=.1)),
    'church': (0, 'C G7/D C/E F Bb9 C/G F/G C', 'block', ORGAN + PIANO, dict(half=1, drums=.5, melody=0)),
    # The harmony passes through Ab major and returns to C.
    'ladybird': (0, 'Cmaj7 Cmaj7 Fm7 Bb7 Cmaj7 Cmaj7 Bbm7 Eb7 Abmaj7 Abmaj7 Am7 D7 Dm7 G7 Cmaj7 G7', 'stab',
                 PIANO + ELECTRIC + (26,), dict(half=1, bass='walk', drums=.5, melody=0)),
    'pianohouse': (0, 'C Em7 Fmaj7 F/G', 'stab', PIANO + SYNTH, dict(half=1, drums=.9)),
    # The bass holds C.
    'lydian': (0, 'C D/C C Cmaj7', 'block', STRINGS + WIND, dict(half=1, bass='pedal', melody=0, end=.6)),
    # Mixolydian, C at both ends.
    'mixofolk': (0, 'C Bb Gm7 C', 'arp', GUITAR + (46, 15), dict(half=1, melody=0, drums=.2)),
    'eightbar': (0, 'C G7 F7 F7 C G7 C G7', 'strum', GUITAR, dict(half=1, bass='walk', drums=.5, melody=0)),
    'boogie': (0, None, 'C2 E2 G2 A2 Bb2 A2 G2 E2 C2 E2 G2 A2 C3 A2 G2 E2', (0, 3, 32, 33), dict(drums=.4)),
    'lullaby': (0, None, 'C5 E5 G5 E5 D5 B4 C5 G4 A4 F4 G4 B4 C5 D5 E5 D5 C5', WIND + (10, 0), {}),
    'fivenotes': (0, None, 'C5 C5 D5 C5 A4 G4 C5 E5 G5 E5 D5 C5 E5 D5 A4 C5 G4 C5', WIND + (105, 40, 80),
                  dict(drums=.2)),
    'fifths': (0, 'C F Bdim Em Am Dm G C', 'alberti', PIANO + STRINGS + (6,), dict(half=1, bass='none')),
    'motown': (0, 'Cmaj7 Dm7 Em7 Fmaj7', 'stab', ELECTRIC + GUITAR, dict(bass='five', drums=.7)),
    # A ninth chord on the tonic is at rest in funk.
    'funknine': (0, 'C9 C9 C9 F9', 'stab', GUITAR + ORGAN + (61,), dict(half=1, drums=.9, melody=0)),
    # The turnaround leads to C; the tonic chord never sounds.
    'turnaround': (0, 'Em7 Am7 Dm7 G13', 'arp', ELECTRIC + GUITAR,
                   dict(half=1, bass='five', drums=.5, melody=0, end=0)),
    # C has no root in the bass.
    'inverted': (0, 'C/E F Gsus4 G', 'strum', GUITAR + PIANO, dict(half=1, drums=.6, end=0)),
    # Minor.
    'onechord': (1, 'Cm Cm Cm Cm', 'stab', SYNTH + (38, 62), dict(bass='pedal', drums=.95, melody=.1)),
    'trance': (1, 'Cm Ab Fm Gm', 'arp', SYNTH, dict(drums=.8)),
    'hiphop': (1, 'Cm9 Abmaj7 Dm7b5 G7b9', 'block', ELECTRIC + (0, 11), dict(half=1, drums=.8, melody=0, end=0)),
    # Db major passes by; the cadence on G returns to C minor.
    'minorbossa': (1, 'Cm7 Fm7 Dm7b5 G7b9 Cm7 Ebm7 Ab7 Dbmaj7 Dm7b5 G7b9 Cm6', 'stab', GUITAR + PIANO,
                   dict(half=1, bass='five', drums=.5, melody=0)),
    'halfdim': (1, 'Dm7b5 G7b9 Cm9 Am7b5', 'block', PIANO + (26, 11), dict(half=1, bass='walk', drums=.4, melody=0)),
    'slowblues': (1, 'Cm6 Cm6 Cm6 C7b9 Fm7 Fm7 Cm6 Cm6 Dm7b5 G7 Cm6 G7', 'oom', GUITAR + ORGAN,
                  dict(half=1, bass='walk', drums=.5, melody=0)),
    # Flamenco in minor, not phrygian.
    'rumba': (1, 'Fm Cm G7 Cm', 'strum', (24, 25), dict(half=1, bass='none', melody=0)),
    'montuno': (1, 'Cm Fm G7 Fm', 'arp', PIANO, dict(half=1, bass='five', drums=.6, melody=0)),
    'dorianwaltz': (1, 'Cm Bb Cm Eb F Cm Bb Cm', 'arp', GUITAR + (46, 22), dict(beats=3, melody=0)),
    # Phrygian.
    'thrash': (1, None, 'C2 C2 G2 C2 Eb2 Db2 C2 C2 Bb1 C2 Eb2 F2 Eb2 Db2 C2 C2', DISTORTED, dict(drums=.7)),
    # Eb in Ab5 makes it minor.
    'powerchords': (1, 'C5 C5 Ab5 Bb5', 'strum', DISTORTED, dict(half=1, drums=.9)),
    'bassline': (1, None, 'C2 C3 Bb2 C3 G2 Bb2 C2 C2 Eb2 F2 G2 Bb2', (33, 36, 37, 38, 39), dict(drums=.7)),
    # The tonic is only a seventh chord, in the middle of the loop.
    'smoothsoul': (1, 'Abmaj7 G7 Cm7 Eb7', 'stab', ELECTRIC + GUITAR, dict(half=1, drums=.7, melody=0, end=0)),
    'chorale': (1, 'Cm G7/D Cm/Eb Fm Cm/G G7 Cm G7', 'block', ORGAN + STRINGS + WIND, dict(half=1, melody=0, end=.5)),
    'neapolitan': (1, 'Cm Cm/Bb Ab Db/F G7 Cm', 'alberti', PIANO, dict(half=1, melody=0)),
    'suspense': (1, 'Cm Ab/C Fm/C Cm', 'block', STRINGS + (52, 89), dict(bass='pedal', drums=.15)),
    'aeoliantune': (1, None, 'C5 Bb4 C5 Eb5 D5 C5 G4 Bb4 C5 G5 F5 Eb5 D5 Bb4 C5 C5', WIND + (24, 110), {}),
    'leadingtune': (1, None, 'C5 G4 C5 D5 Eb5 C5 Ab5 G5 F5 Eb5 D5 B4 C5 Eb5 D5 C5', (40, 42, 0, 6) + WIND, {}),
    'sixseven': (1, 'Ab Bb Cm Cm', 'strum', GUITAR + DISTORTED, dict(half=1, drums=.7)),
    'tango': (1, 'Cm Cm G7 G7 G7 G7 Cm Cm', 'oom', (21, 23, 0, 24), dict(half=1, bass='none', drums=.15, melody=0)),
}

if __name__ == '__main__':
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    songs.main(SONGS, 4141)
