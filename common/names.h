/* names.h: two random words for names in places where all users may create files: TAG for shared memory and message
 * queues, RUN for the run directory in /tmp. Other users cannot guess them. DATA/names (0600) keeps them. Any
 * thread. */
#ifndef LOOPHOLE_COMMON_NAMES_H
#define LOOPHOLE_COMMON_NAMES_H

#include <stdbool.h>

#include "common/err.h"

enum { NAMES_WORD = 9 }; /* 8 hex digits and a zero */

struct names {
    char tag[NAMES_WORD], run[NAMES_WORD];
};

/* False: the file is missing or malformed. */
bool names_read(const char *data, struct names *names);

/* Returns the kept words, or draws and keeps new ones. Two processes that draw at once get the same words. Errors:
 * full, io, denied. */
enum err names_make(const char *data, struct names *names, struct fault *fault);
/* Replaces the kept words. Errors: full, io, denied. */
enum err names_write(const char *data, const struct names *names, struct fault *fault);

void names_draw(char word[NAMES_WORD]); /* 8 random hex digits */

/* names_note_taken records that another user has a file at `path`, for `loophole doctor`. names_each_taken calls `take`
 * for each recorded path that another user still has, then for each such shared memory name with the tag. */
void names_note_taken(const char *data, const char *path);
void names_each_taken(const char *data, const char *tag, void (*take)(void *state, const char *path, const char *owner),
                      void *state);

#endif
