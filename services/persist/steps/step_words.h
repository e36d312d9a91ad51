/* step_words.h: describes a step to which its client gave no label. Any thread. */
#ifndef LOOPHOLE_PERSIST_STEP_WORDS_H
#define LOOPHOLE_PERSIST_STEP_WORDS_H

#include "common/arena.h"
#include "schema_persist.h"

/* Returns text such as "tag +warm -loop, name" for the first row of a step. It lies in the arena. */
struct text step_words(struct arena *arena, const struct undo_step *row);

#endif
