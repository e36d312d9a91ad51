/* key.h: musical keys as tags write them, in the one form of loophole: "C#min", "Fmaj"; flats become sharps. */
#ifndef LOOPHOLE_WORKER_KEY_H
#define LOOPHOLE_WORKER_KEY_H

#include "common/text.h"

enum { KEY_SIZE = 8 };

/* Understands "Am", "A minor", "Bbm", "F", "Dmaj", "G♯ min", Camelot's "8A" and Open Key's "1m"; any case.
 * False: not a key. */
bool key_read(struct text words, char to[KEY_SIZE]);

#endif
