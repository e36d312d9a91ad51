/* sound_body.h: the sound, as one part of a project: the part of kind sound with an id of its own. Its keys are those
 * of the record `sounding` that a change of sound can give: bpm, swing, sync, clock_out, clock_stopped, clock_offset,
 * metronome, mixer, inserts, pads, pattern. Other keys are kept. Any thread; all memory is in the arena, without a
 * limit. */
#ifndef LOOPHOLE_PROJECT_SOUND_BODY_H
#define LOOPHOLE_PROJECT_SOUND_BODY_H

#include "schema_audio.h"
#include "services/project/parts/uses.h"

/* The id of that part; each project has its own. */
struct id sound_body_id(struct id project);

/* Reads that part. not_found: `to` is zero, with the body "{}". */
enum err sound_body_get(struct txn *txn, struct arena *arena, struct id project, struct element *to);

/* Returns the body `was` with the current sound. Pads that `now` lacks, and a pattern, stay as they were. */
struct text sound_body_merge(struct arena *arena, struct text was, const struct sounding *now);

/* The pads of a body as the keys of an action (action_keys); and the body with the pads of `of` in place of its
 * own. */
struct text sound_body_pads(struct arena *arena, struct text body);
struct text sound_body_with_pads(struct arena *arena, struct text body, struct text of);

/* The id by which a project names an item, for the id that the core has; usually the same. */
typedef struct id sound_body_own_fn(const void *state, struct id given);

/* Replaces the ids of the items by those of `own`. */
void sound_body_rename(struct sounding *sounding, sound_body_own_fn *own, const void *state);

/* True if `now` has one of these pads, and `was` lacks it. */
bool sound_body_gains(struct arena *arena, struct text was, struct text now, struct pad_list pads);

/* True if the body has the current sound. */
bool sound_body_has(struct arena *arena, struct text body, const struct sounding *now);

/* A body that does not say which inserts there are leaves those of `now`. */
void sound_body_leave_inserts(struct arena *arena, struct text body, const struct sounding *now, struct sounding *want);

/* Reads what a project is to sound: tempo and swing are those of the project itself where its part lacks them, and
 * items that this machine knows by their content have its ids. Errors (explained): bad_request, too_large. */
enum err sound_body_read(struct txn *txn, struct arena *arena, const struct element *project, struct text body,
                         struct sounding *to, struct fault *fault);

/* The items that such a body names, each with its state. */
void sound_body_items(struct txn *txn, struct arena *arena, struct id project, struct text body, struct item_uses *to);

/* The items that all parts of the project name, each with its state. */
void sound_body_project_items(struct txn *txn, struct arena *arena, struct id project, struct item_uses *to);

/* A pattern of the project gets the ids under which this machine knows its items, or again those of the project. The
 * rows are copied to the arena. */
void sound_body_resolve_pattern(struct txn *txn, struct arena *arena, struct id project, struct pattern *pattern);
void sound_body_own_pattern(struct txn *txn, struct arena *arena, struct id project, struct pattern *pattern);

#endif
