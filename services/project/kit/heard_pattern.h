/* heard_pattern.h: bars that were heard as a pattern of the sequencer: a row for each pad. A step is a sixteenth of a
 * bar, and a hit beside it keeps its place as the timing of its step. Pure. */
#ifndef LOOPHOLE_PROJECT_HEARD_PATTERN_H
#define LOOPHOLE_PROJECT_HEARD_PATTERN_H

#include "schema_audio.h"
#include "schema_pattern.h"
#include "services/project/kit/heard.h"
#include "store/pattern/remark.h"

enum { HEARD_PATTERN_BARS = 4, HEARD_PATTERN_ROWS = 32 };

/* A pad, as the pattern needs it. */
struct heard_pad {
    struct text name; /* of its row; no other pad has it */
    struct id media;  /* its sound; zero: it has none that is an item */
    struct pad pad;
};

/* Makes a pattern of `bars` bars, at most HEARD_PATTERN_BARS, from index `first` on. `remarks` gets what a pattern has
 * no place for. Its texts lie in the arena, or are those of the pads. Errors (explained): conflict (no pad that was hit
 * has a sound for a row). */
enum err heard_pattern(const struct heard_record *heard, uint32_t first, uint32_t bars, uint64_t rate,
                       const struct heard_pad pads[HEARD_PADS], struct arena *arena, struct pattern *to,
                       struct remarks *remarks, struct fault *fault);

#endif
