/* silent_pads.h: the sounds of pads that could not be loaded, until the pad is set again. The score has no such sound,
 * so a successor of this process does not know them. The control thread. */
#ifndef LOOPHOLE_AUDIO_SILENT_PADS_H
#define LOOPHOLE_AUDIO_SILENT_PADS_H

#include "common/arena.h"
#include "common/rt/score.h"
#include "schema_audio.h"

enum { SILENT_SOUNDS = 512 /* layers have sounds too; as in the schema */ };

struct silent_pads {
    struct silent_pad {
        uint64_t pad;
        struct id id;
        char why[256];
        bool again; /* a later try may succeed */
    } each[SILENT_SOUNDS];
    uint32_t count;
};

/* The pad was set: `silent` has those of its sounds, among others, that could not be loaded. */
void silent_pads_note(struct silent_pads *pads, uint64_t pad, const struct silent_sound_list *silent);

/* Why a sound of the pad could not be loaded; NULL: each of them could. */
const char *silent_pads_why(const struct silent_pads *pads, uint64_t pad);

/* True if a later try may load one of them. */
bool silent_pads_again(const struct silent_pads *pads);

/* All of them, by pad. The texts are those of `pads`. */
struct silent_sound_list silent_pads_list(const struct silent_pads *pads, struct arena *arena);

#endif
