/* asked.h: patterns and pads as clients set them, for the project that stores them. The score contains slots of sounds,
 * which the next engine does not have. So this file keeps the asks, with the ids of the items, as long as this process
 * lives. After a restart the project service notes the pattern (audio.note_pattern), but not the pads. The control
 * thread. */
#ifndef LOOPHOLE_AUDIO_ASKED_H
#define LOOPHOLE_AUDIO_ASKED_H

#include "services/audio/control/audio.h"

struct asked_sound {
    struct bytes bytes;
    bool is_whole; /* false: it names a sound that is not an item, which a project cannot store */
};

/* Encode the pattern or the pad of an ask, with the ids of all items, in the arena of the call. */
struct asked_sound asked_encode_pattern(const struct audio *audio, struct call *call, const struct pattern *pattern);
struct asked_sound asked_encode_pad(const struct audio *audio, struct call *call, const struct pad *pad);
bool asked_name_rows(const struct audio *audio, struct row_list *rows); /* false: some sound is not an item */

void asked_note(struct buffer *to, struct bytes asked); /* replaces what is kept in `to` */
void asked_note_row(struct audio *audio, struct call *call, uint32_t number, const struct score_row *now);
/* After the queued pattern was withdrawn: the playing pattern is the requested one again, unless it is unknown. */
void asked_note_playing(struct audio *audio, struct call *call);
void asked_forget(struct audio *audio); /* at the end of the process */

/* Adds the sounds of the pad that could not be loaded, by their ids. A client that changes a value of the pad sends all
 * of it back. Returns true if there are such sounds. */
bool asked_add_silent(const struct audio *audio, struct call *call, struct pad *pad);

/* The pads, and the pattern, without slots. False: none was set. */
void asked_pads(const struct audio *audio, struct call *call, struct pad_list *to);
bool asked_pattern(const struct audio *audio, struct call *call, struct pattern *to);

#endif
