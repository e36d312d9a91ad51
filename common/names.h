/* names.h: the words in this engine's names where all users may make files: shared memory and message queues (TAG), and
 * the run directory in /tmp (RUN). They are drawn, so that no other user knows them before they are taken, and kept in
 * DATA/names (0600). Any thread. */
#ifndef LOOPHOLE_COMMON_NAMES_H
#define LOOPHOLE_COMMON_NAMES_H

#include <stdbool.h>

#include "common/err.h"

enum { NAMES_WORD = 9 }; /* 8 hex digits and a zero */

struct names {
    char tag[NAMES_WORD], run[NAMES_WORD];
};

/* False: there are none, or the file is malformed. */
bool names_read(const char *data, struct names *names);

/* Those that are there, or new ones. When two processes make them at once, both have the same. Errors: full, io,
 * denied. */
enum err names_make(const char *data, struct names *names, struct fault *fault);
enum err names_write(const char *data, const struct names *names, struct fault *fault); /* replaces them */

void names_draw(char word[NAMES_WORD]);

/* Notes that another user holds a file of this path, for `loophole doctor`. names_each_taken calls `take` for each
 * noted path that another user still holds, then for each such name of shared memory with the tag. */
void names_note_taken(const char *data, const char *path);
void names_each_taken(const char *data, const char *tag, void (*take)(void *state, const char *path, const char *owner),
                      void *state);

#endif
