/* tag.h: words for what was measured: moods, timbres and textures, each with how sure it is. The table of tag.c is that
 * of docs/ear.md: a condition holds the surer the farther its measure lies on the right side of a limit, by a logistic
 * curve, and a tag is as sure as the least sure of its conditions. */
#ifndef LOOPHOLE_WORKER_HEAR_TAG_H
#define LOOPHOLE_WORKER_HEAR_TAG_H

#include <stddef.h>

#include "services/worker/hear/measure.h"

enum { TAG_CONDITIONS = 5, TAGS_MAX = 24 };

struct tag {
    const char *attribute; /* "tag:warm": of its fact */
    struct tag_condition {
        enum measure measure;
        float limit; /* 1/2 sure there */
        float width; /* so far off it is 0.73 sure; below 0: it is to lie under the limit. 0: no condition */
    } condition[TAG_CONDITIONS];
};

extern const struct tag tag_table[];
extern const size_t tag_count; /* at most TAGS_MAX */

float tag_sureness(const struct tag *tag, const float measure[MEASURE_COUNT]); /* 0..1 */

/* What fills time rather than strikes: 0..1. */
float tag_texture(const float measure[MEASURE_COUNT]); /* a drone or a swell */
float tag_effect(const float measure[MEASURE_COUNT]);  /* a riser or an impact */

/* How sure its end runs into its beginning unheard, and it lasts: 0..1. */
float tag_seamless(const float measure[MEASURE_COUNT]);

#endif
