/* sounds.h: the sounds that bench/ear hears, made from the two packages of the demo library. */
#ifndef LOOPHOLE_BENCH_EAR_SOUNDS_H
#define LOOPHOLE_BENCH_EAR_SOUNDS_H

#include <stddef.h>

enum { SOUNDS_MOST = 200000 };

/* The paths of all files below a folder, in the order of their names; a program's end frees them. */
struct sounds {
    size_t count;
    char *path[SOUNDS_MOST];
};
void sounds_below(const char *folder, struct sounds *to);

/* Writes WAVs of 16 bit: below FOLDER/loops the loops of Sonic Pi in stereo, below FOLDER/shots so many one-shots, of
 * drum kits, each of another loudness, so that no two are one content. Ends the program when a sound cannot be read or
 * written. */
void sounds_make(const char *folder, size_t shots);

#endif
