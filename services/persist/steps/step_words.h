/* step_words.h: what a step did, in words, where its client gave it no label. Any thread. */
#ifndef LOOPHOLE_PERSIST_STEP_WORDS_H
#define LOOPHOLE_PERSIST_STEP_WORDS_H

#include "common/arena.h"
#include "schema_persist.h"

/* "tag +warm -loop, name", of the step's first row. In the arena. */
struct text step_words(struct arena *arena, const struct undo_step *row);

#endif
