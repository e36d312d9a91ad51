/* sounds.h: the sounds that bench/ear analyses, made from the two packages of the demo library. */
#ifndef LOOPHOLE_BENCH_EAR_SOUNDS_H
#define LOOPHOLE_BENCH_EAR_SOUNDS_H

#include <stddef.h>

enum { SOUNDS_MOST = 200000 };

/* The paths of all files below a folder, sorted by name. They are never freed. */
struct sounds {
    size_t count;
    char *path[SOUNDS_MOST];
};
void sounds_below(const char *folder, struct sounds *to);

/* Writes 16-bit WAVs: the loops of Sonic Pi in stereo below FOLDER/loops, and the given number of one-shots of drum
 * kits below FOLDER/shots. Each one-shot has another loudness, so no two have the same content. Ends the program if a
 * sound cannot be read or written. */
void sounds_make(const char *folder, size_t shots);

#endif
