/* kind.h: finds the format of a file from its content. One thread. */
#ifndef LOOPHOLE_WORKER_KIND_H
#define LOOPHOLE_WORKER_KIND_H

#include "schema_media.h"
#include "services/worker/decode/input.h"

enum container {
    CONTAINER_UNKNOWN, /* the decoder may still know it */
    CONTAINER_WAV,
    CONTAINER_AIFF,
    CONTAINER_FLAC,
    CONTAINER_OGG,
    CONTAINER_MP3,
    CONTAINER_M4A,
    CONTAINER_AAC,
    CONTAINER_WMA,
    CONTAINER_MIDI,
    CONTAINER_MP4,
    CONTAINER_MOV,
    CONTAINER_MKV,
    CONTAINER_WEBM,
    CONTAINER_AVI,
    CONTAINER_OGV,
    CONTAINER_MPEG,
    CONTAINER_FLV,
    CONTAINER_COUNT,
};

/* Mends the input first (mend.h): call it once, before other reads. `extension` (lower case, may be empty) counts only
 * if the content does not decide. */
enum container kind_container(struct input *input, struct text extension);
enum kind kind_of(enum container container);     /* audio, midi, video; unknown counts as audio */
const char *kind_word(enum container container); /* "wav"; "" for unknown; static */
bool kind_is_decoded(enum container container);  /* false: a known format without a decoder here */
bool kind_is_foreign(enum container container);  /* ffmpeg may decode its sound */

#endif
