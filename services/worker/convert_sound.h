/* convert_sound.h: the frames of a sound in another rate and number of channels. One thread. */
#ifndef LOOPHOLE_WORKER_CONVERT_SOUND_H
#define LOOPHOLE_WORKER_CONVERT_SOUND_H

#include "common/sound/treatment.h"
#include "services/worker/decode/decode.h"

struct convert_sound;

struct convert_sound_plan {
    struct input *input;        /* must outlive the sound */
    int64_t begin;              /* offset in the file of the decoder's first byte */
    unsigned rate;              /* Hz; 0: that of the file */
    bool mono;                  /* one channel, the mean of all */
    struct treatment treatment; /* its part and its fades count, not its gain */
};

/* What comes out. */
struct convert_sound_form {
    struct decode_format from;
    unsigned rate, channels;
    bool is_exact; /* the samples are those of the file */
};

/* Errors: bad_request (it cannot be decoded, or not converted to that rate; the part begins after its end). */
enum err convert_sound_open(struct convert_sound **to, const struct convert_sound_plan *plan, struct fault *fault);
void convert_sound_close(struct convert_sound *sound); /* NULL is allowed */

/* The form of the frames that come out; valid until convert_sound_close. */
const struct convert_sound_form *convert_sound_form(const struct convert_sound *sound);

/* The frames of the file that come out, by what the file says; -1: not known. */
int64_t convert_sound_length(const struct convert_sound *sound);

/* Begins again at the first frame. Errors: as convert_sound_open. */
enum err convert_sound_rewind(struct convert_sound *sound, struct fault *fault);

/* Points `frames` at the next frames, interleaved, at most `most` (>= 1), valid until the next call. Returns their
 * number; 0 at the end. */
size_t convert_sound_read(struct convert_sound *sound, size_t most, const float **frames);

#endif
