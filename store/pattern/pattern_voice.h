/* pattern_voice.h: the voices of a pattern's rows. Pure. */
#ifndef LOOPHOLE_STORE_PATTERN_VOICE_H
#define LOOPHOLE_STORE_PATTERN_VOICE_H

#include "common/arena.h"
#include "schema_pattern.h"

/* Gives the row number `row`, below the count of rows, a voice with these values. If another row has its voice, it gets
 * one that no row has, whose name lies in the arena. The pattern and its list of rows are changed. Texts in `values`
 * are not copied: they must live as long as the pattern. */
void pattern_give_voice(struct pattern *pattern, struct arena *arena, uint32_t row, const struct voice_values *values);

#endif
