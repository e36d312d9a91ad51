/* pattern_check.h: the rules of a pattern that its schema cannot say. Pure. Any thread. */
#ifndef LOOPHOLE_STORE_PATTERN_CHECK_H
#define LOOPHOLE_STORE_PATTERN_CHECK_H

#include "common/err.h"
#include "schema_pattern.h"

/* In a message, rows are a list; in a file, they are named. */
enum pattern_form { PATTERN_IN_MESSAGE, PATTERN_IN_FILE };

/* Checks that the steps of each row are X, x or ., that there are 16, 32, 48 or 64 of them, as many in all rows, that
 * each voice exists, and that no list has values for more steps than its row has. Errors: bad_request with the row, as
 * pattern_row_fault places it. */
enum err pattern_check(const struct pattern *pattern, enum pattern_form form, struct fault *fault);

/* Refuses rows of this number of steps. Returns bad_request. */
enum err pattern_refuse_steps(uint32_t steps, struct fault *fault);

/* Places a fault of a row's field: "sequencer.tracks[0].FIELD" in a message, "sequencer.tracks.kick.FIELD" in a file,
 * there with the index of a row without a name. Returns `code`. */
enum err pattern_row_fault(const struct pattern *pattern, enum pattern_form form, uint32_t row, const char *field,
                           enum err code, struct fault *fault);

/* The voice of that name; "" is voice1. All values are absent if the pattern has none of that name. NULL: no such voice
 * can exist. */
const struct voice_values *pattern_voice(const struct modules *modules, struct text name);

uint32_t pattern_steps(const struct pattern *pattern); /* of a checked pattern; 16 without rows */

#endif
