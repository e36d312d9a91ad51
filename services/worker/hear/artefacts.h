/* artefacts.h: the overviews of a sound that front-ends draw, as bytes. All little-endian.
 *
 *   waveform  overview.h
 *   loudness  "LHL1"; u32 values a 10 seconds; u32 count; i8 each: momentary loudness in LUFS (400 ms), -128 silence
 *   onsets    "LHO1"; u32 count; each f32 seconds, f32 strength 0..1
 *   beats     "LHB1"; f32 bpm, 0 none; f32 confidence; u32 count; each f32 seconds
 *   spectrum  "LHS1"; u32 bands; f32 lowest Hz, f32 highest Hz; each f32 mean power in dB (bands equal in mel)
 *   print, gist  print.h */
#ifndef LOOPHOLE_WORKER_HEAR_ARTEFACTS_H
#define LOOPHOLE_WORKER_HEAR_ARTEFACTS_H

#include "services/worker/hear/hear.h"

struct artefacts {
    uint8_t *bytes;
    size_t room;
};

/* Fills out->artefact from the finished parts. ERR_FULL without memory. */
enum err artefacts_make(struct artefacts *artefacts, const struct hear *hear, struct heard_sound *out);
void artefacts_free(struct artefacts *artefacts);

#endif
