/* notes.h: reports events through the rings `notes.N`. RT.
 *
 * Notes are collected until the period's end, staged beside its half, and published in each ring after the flip, at the
 * index in the half. So a discarded period reports nothing. A valid one reports once, even if both instances publish
 * it. */
#ifndef LOOPHOLE_AUDIO_RT_NOTES_H
#define LOOPHOLE_AUDIO_RT_NOTES_H

#include "services/audio/rt/state/notes.h"

struct core_stage;
struct engine;

/* Adds a note with the current frame. An invalid consumer gets nothing. */
void notes_send(struct engine *engine, uint32_t consumer, struct note note);
/* To the control: a pad (SOUNDS_NOBODY: a row) has begun to sound; sound SOUNDS_NOBODY: it is none of the memory.
 * Without a note if hits have half the room. */
void notes_send_hit(struct engine *engine, uint32_t pad, uint32_t row, uint32_t sound, uint32_t generation,
                    float velocity);
void notes_send_all(struct engine *engine, struct note note);
/* To the streamer, which keeps what persons play. `key`: as in a note. */
void notes_tell_pad(struct engine *engine, uint32_t kind, uint32_t pad, float velocity, uint32_t key);
void notes_begin(struct engine *engine);                                   /* at the start of a period */
void notes_stage(struct engine *engine, struct core_stage *stage);         /* before the flip */
void notes_copy_in(struct engine *engine, const struct core_stage *stage); /* copies a predecessor's stage */
void notes_show(struct engine *engine);                                    /* after the flip; may be repeated */

#endif
