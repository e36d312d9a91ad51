/* converter.h: makes WAVs of sounds in a sandboxed worker (mode `convert`, schemas/worker.schema). This process opens
 * the files and writes the WAVs; the worker only reads from the descriptor. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_SEND_CONVERTER_H
#define LOOPHOLE_FRONTENDS_CLI_SEND_CONVERTER_H

#include "common/sound/treatment.h"
#include "frontends/cli/base/cli.h"
#include "proto/transport/sandboxed.h"

/* The format of each file; a property that is 0 or false stays as it is. */
struct send_form {
    uint32_t rate, bits;
    bool mono, normalise;
};

struct converter {
    char program[PATH_MAX + 32];
    struct sandboxed worker;
    struct arena arena; /* of its last answer */
    uint64_t number;
    struct send_form form;
    int64_t silence_ms;                          /* a worker that does not answer within this time is ended */
    const char *programs, *folder;               /* of loophole-worker; for the sound of a file that ffmpeg decodes */
    void (*progress)(void *state, double share); /* 0 to 1 of the file */
    void *state;
};

/* Copies `form`; the worker starts with the first sound. */
void converter_begin(struct converter *converter, const struct cli *cli, const struct send_form *form);
void converter_end(struct converter *converter); /* ends the worker */

/* An open sound, which stays the caller's. */
struct converter_sound {
    int fd;
    const char *extension;
    const struct treatment *treatment; /* with a normalised form its gain does not count */
};

/* Measures the highest sample of the sound, with its trim and fades and without its gain. Errors: as converter_make. */
enum err converter_measure(struct converter *converter, const struct converter_sound *from, double *peak,
                           struct fault *fault);

/* Writes the WAV of the sound `from` to the empty file `to`; both stay the caller's. `clipped` gets the number of
 * samples beyond full scale. Errors: bad_request (it cannot be decoded or converted; two workers died of it),
 * timeout (a worker was silent, or makes no progress), too_large (more than a WAV can hold), internal (no worker can be
 * started); full, io, denied (of `to`: *of_target is then true). */
enum err converter_make(struct converter *converter, const struct converter_sound *from, int to, uint64_t *clipped,
                        bool *of_target, struct fault *fault);

#endif
