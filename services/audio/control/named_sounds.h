/* named_sounds.h: the sounds that pads and rows of a pattern name. A slot must contain a sound. The streamer loads a
 * media item into a slot; if it cannot, the row or pad stays silent. The sound leaves when no pad or row uses it and
 * its room is needed. Control thread. */
#ifndef LOOPHOLE_AUDIO_NAMED_SOUNDS_H
#define LOOPHOLE_AUDIO_NAMED_SOUNDS_H

#include "services/audio/control/audio.h"

/* Checks that a sound is in the slot (0 to 1,023). A generation of 0 is replaced by the sound's. Errors: not_found,
 * which lists the loaded slots; a
 * sound whose release was asked is not one. */
enum err named_slot(const struct audio *audio, uint64_t slot, uint64_t *generation, struct fault *fault);

/* The media item whose sound is in the slot. False: another sound, or one that is not an item. */
bool named_item(const struct audio *audio, uint64_t slot, uint64_t generation, struct id *id);

/* A media item, and pointers to the fields for its slot. All of it lives in the call's arena. */
struct named_sound {
    uint64_t index;   /* of the row; for a pad its number */
    struct text name; /* of the row */
    struct id id;
    bool *has_sound;
    uint64_t *sound, *generation;
    bool is_held; /* neither a pad nor a row has it: only a client's release frees it */
};

/* Continues the ask after the items have loaded or failed; `silent` lives in the call's arena. */
typedef enum err named_done(struct audio *audio, struct call *call, void *ask, struct silent_sound_list silent,
                            void *answer);

enum { NAMED_SOUNDS = SILENT_SOUNDS };

/* Defers the ask, loads `count` items (at most NAMED_SOUNDS), then calls `done`, unless the client has gone. Copies
 * `sounds`. Errors: full, busy. */
enum err named_load(struct audio *audio, struct call *call, const struct named_sound *sounds, uint32_t count,
                    named_done *done, void *ask);

/* Every tick. When half of the memory of sounds is used, releases sounds that were loaded for pads and rows and that
 * none of them uses any more, first those that were used least recently. A load that finds no room waits for
 * those that no voice plays, up to 2 s within the time of its ask; it is tried again each time that a sound is gone. */
void named_tick(struct audio *audio);
void named_close(struct audio *audio); /* with no ask of the streamer in progress */

#endif
