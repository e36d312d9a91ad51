/* genre.h: the genres that ID3v1 numbers, with Winamp's additions. */
#ifndef LOOPHOLE_WORKER_GENRE_H
#define LOOPHOLE_WORKER_GENRE_H

#include "common/text.h"

const char *genre_name(unsigned number); /* NULL: no such number */

/* The name for words that are a number: "17", "(17)", "(17)Rock"; NULL: they are not. */
const char *genre_of_words(struct text words);

#endif
