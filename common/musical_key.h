/* musical_key.h: the spellings of musical keys, in one table. A key is 2 × the pitch class (0: C … 11: B), plus 1 for
 * minor: 0 … 23. Any thread. */
#ifndef LOOPHOLE_COMMON_MUSICAL_KEY_H
#define LOOPHOLE_COMMON_MUSICAL_KEY_H

#include "common/text.h"

enum { MUSICAL_KEYS = 24, MUSICAL_KEY_NEAR = 4 };

/* Reads a note name with a mode ("Am", "A minor", "Bbmaj", "G♯ min", "C moll", "F dur", "D") or a position on the
 * circle of fifths: Camelot's "8A" or Open Key's "1m". Case does not matter, except that a lone "M" is major and a lone
 * "m" minor. Spaces, "-" and "_" are skipped. Returns false, and leaves *key unchanged, if the text is not a key. */
bool musical_key_read(struct text from, int *key);

/* Returns the stored form: "Amin", "C#maj". Flats become sharps. The text is static. */
const char *musical_key_name(int key);

/* Returns the pitch class, 0 … 11, of the major key with the same notes: 0 for C major and for A minor. */
int musical_key_notes(int key);

/* Lists the keys that harmonise with `key`: itself, its relative, and those a fifth above and below. */
void musical_key_near(int key, int near[MUSICAL_KEY_NEAR]);

#endif
