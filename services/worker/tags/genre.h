/* genre.h: the numbered genres of ID3v1 with Winamp's additions. Any thread. */
#ifndef LOOPHOLE_WORKER_GENRE_H
#define LOOPHOLE_WORKER_GENRE_H

#include "common/text.h"

const char *genre_name(unsigned number); /* static; NULL: unknown number */

/* The name for a text with a genre number: "17", "(17)", "(17)Rock". NULL: another text. */
const char *genre_of_words(struct text words);

#endif
