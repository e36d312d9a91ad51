/* genre.h: the numbered genres of ID3v1 with Winamp's additions. Any thread. */
#ifndef LOOPHOLE_WORKER_GENRE_H
#define LOOPHOLE_WORKER_GENRE_H

#include "common/text.h"

const char *genre_name(unsigned number); /* static; NULL: unknown number */

/* Takes a genre's number from the beginning of the text, in brackets or as all of it: "17", "(17)", "(17)Rock". Returns
 * its name, and sets `words` to what follows. NULL: the text begins with no number of a genre. */
const char *genre_take(struct text *words);

#endif
