/* sounds_cues.h: cues that start, stop and shape sounds; keys, rows and the end of a period. RT. */
#ifndef LOOPHOLE_AUDIO_SOUNDS_CUES_H
#define LOOPHOLE_AUDIO_SOUNDS_CUES_H

#include "services/audio/rt/sounds.h"

/* Each executes one cue; false: the cue is refused. */
bool sounds_cue_start(struct engine *engine, const struct cue *cue, uint32_t producer);
bool sounds_cue_stop(struct engine *engine, const struct cue *cue, uint32_t producer);
bool sounds_cue_gain(struct engine *engine, const struct cue *cue, uint32_t producer);
bool sounds_cue_release(struct engine *engine, const struct cue *cue, uint32_t producer);
bool sounds_cue_shape(struct engine *engine, const struct cue *cue, uint32_t producer);

bool sounds_pad_plays(const struct engine *engine, uint32_t pad); /* a sound of the pad plays, and does not stop yet */
void sounds_pad_release(struct engine *engine, uint32_t pad);     /* begins the release of its sounds */
void sounds_held_release(struct engine *engine, uint32_t held);   /* likewise, of those with these bits */
void sounds_release_held(struct engine *engine);                  /* releases the sounds that keys hold */
void sounds_row_stop(struct engine *engine, uint32_t row);        /* stops the sounds of a sequencer's row */
void sounds_silence(struct engine *engine, uint32_t frames);      /* fades all sounds out within `frames` */
void sounds_let_go(struct engine *engine); /* at a period's end: reports the released sounds that no voice plays */
void sounds_state(const struct engine *engine, struct state *state); /* fills the part of `state` about sounds */

/* Call it at the bar at which `after` replaces `before`. What sounds of a row that is another one in `after` keeps the
 * values of its own row: a sound its filter, gain and sends, a synth voice all, in the half's `leaving`; if no place is
 * free there, the quietest voice ends. A row with the same name and values in both patterns continues. */
void sounds_rows_leave(struct engine *engine, const struct score_pattern *before, const struct score_pattern *after);

void sounds_left_drop(struct engine *engine);                /* drops the voices of `leaving` that have ended */
struct row_sound sounds_of_row(const struct score_row *row); /* the values of the row that its sounds use */

#endif
