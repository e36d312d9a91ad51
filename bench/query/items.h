/* items.h: makes a sample library of any size from a seed: names, packs, classes, tags, keys and tempos with the uneven
 * distribution of a real library, and embeddings around a centre for each class. One thread. */
#ifndef LOOPHOLE_BENCH_QUERY_ITEMS_H
#define LOOPHOLE_BENCH_QUERY_ITEMS_H

#include <stdint.h>

#include "common/paths.h"

enum {
    ITEMS_CLASSES = 24,
    ITEMS_FAMILIES = 6,
    ITEMS_KEYS = 24,
    ITEMS_TAGS = 24,
    ITEMS_WORDS = 400,
    ITEMS_IN_PACK = 500,
    ITEMS_VECTOR = 64,
    ITEMS_TEXT = 64
};

extern const char *const items_classes[ITEMS_CLASSES];
extern const char *const items_tags[ITEMS_TAGS];

struct items_one {
    uint32_t number;       /* counts from 0 */
    char name[ITEMS_TEXT]; /* "dusty kick 0123": lower-case words */
    char pack[ITEMS_TEXT]; /* "velvet engines 17" */
    uint32_t class, family;
    int key;               /* -1: none */
    uint32_t tags;         /* bits */
    double bpm;            /* 0: none */
    uint32_t frames, size; /* at 44.1 kHz; bytes */
    float vector[ITEMS_VECTOR];
};

const char *items_word(uint32_t number, char to[16]); /* number < ITEMS_WORDS */
const char *items_key(int key);                       /* "C#min" */
const char *items_family(uint32_t family);
void items_make(uint32_t number, uint64_t seed, struct items_one *one);
uint32_t items_draw(uint64_t *seed);

/* Data beside the records. Fingerprints are those of sounds of 60 ms; one in twenty is a copy of another. */
enum { ITEMS_VECTORS = 1, ITEMS_PRINTS = 2, ITEMS_HERE = 4 /* on the volume that is always online */ };

/* Writes `count` items to a new store below `paths`, as persist would. Ends the program with a message on an error. */
void items_store(const struct paths *paths, uint32_t count, uint64_t seed, unsigned with);

#endif
