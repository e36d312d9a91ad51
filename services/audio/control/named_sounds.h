/* named_sounds.h: the sounds that rows of a pattern and pads name. A slot has to hold a sound; a media item is loaded
 * into a slot by the streamer, and one that cannot be loaded leaves its row or pad silent. The control thread. */
#ifndef LOOPHOLE_AUDIO_NAMED_SOUNDS_H
#define LOOPHOLE_AUDIO_NAMED_SOUNDS_H

#include "services/audio/control/audio.h"

/* Whether a sound is in the slot (0 to 1,023); a generation of 0 becomes that of the sound there. Errors: not_found,
 * with the slots that hold sounds. */
enum err named_slot(const struct audio *audio, uint64_t slot, uint64_t *generation, struct fault *fault);

/* A media item, and where its slot is written. All of it lies in the arena of the call. */
struct named_sound {
    uint64_t index;   /* of the row, or the pad's number */
    struct text name; /* of the row */
    struct id id;
    bool *has_sound;
    uint64_t *sound, *generation;
};

/* Goes on with the ask, once all is loaded that can be; `silent` is in the arena of the call. */
typedef enum err named_done(struct audio *audio, struct call *call, void *ask, struct silent_sound_list silent,
                            void *answer);

/* Loads `count` items, 64 at most, and then calls `done`, unless the client has gone by then. Puts the answer off.
 * Errors: full, busy. */
enum err named_load(struct audio *audio, struct call *call, const struct named_sound *sounds, uint32_t count,
                    named_done *done, void *ask);

#endif
