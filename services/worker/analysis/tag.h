/* tag.h: words for the measurements: moods, timbres and textures, each with a confidence. The table in tag.c is the one
 * of docs/ear.md. The confidence of a condition is a logistic function of the distance between measure and limit. The
 * confidence of a tag is the smallest one of its conditions. Any thread. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_TAG_H
#define LOOPHOLE_WORKER_ANALYSIS_TAG_H

#include <stddef.h>

#include "services/worker/analysis/measure.h"

enum { TAG_CONDITIONS = 5, TAGS_MAX = 24 };

struct tag {
    const char *attribute; /* of its fact, for example "tag:warm" */
    struct tag_condition {
        enum measure measure;
        float limit; /* confidence 0.5 at this value */
        float width; /* distance to confidence 0.73; negative: below the limit; 0: no condition */
    } condition[TAG_CONDITIONS];
};

extern const struct tag tag_table[];
extern const size_t tag_count; /* at most TAGS_MAX */

float tag_sureness(const struct tag *tag, const float measure[MEASURE_COUNT]); /* the tag's confidence, 0..1 */

/* Confidence, 0..1, that the sound is: */
float tag_texture(const float measure[MEASURE_COUNT]); /* a drone or a swell */
float tag_effect(const float measure[MEASURE_COUNT]);  /* a riser or an impact */

/* Confidence, 0..1, that the sound lasts and loops without an audible seam. */
float tag_seamless(const float measure[MEASURE_COUNT]);

#endif
