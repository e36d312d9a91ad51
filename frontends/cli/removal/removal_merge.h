/* removal_merge.h: what a person said of a copy that is removed, for the copy that stays. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_REMOVAL_MERGE_H
#define LOOPHOLE_FRONTENDS_CLI_REMOVAL_MERGE_H

#include "frontends/cli/base/cli.h"
#include "schema_persist.h"

enum { REMOVAL_FACTS = 64, REMOVAL_TAGS = 256 }; /* most of one edit */

/* A copy of a group, with what the catalogue knows. */
struct judged {
    const struct duplicate *one;
    struct media_found found;
    bool is_inside; /* it matches --inside; without --inside: all do */
    bool is_safe;   /* in use, a take, or in the Media of a project: it stays */
};

/* Adds to the edit of `kept` what a person said of `from` and neither of `kept` nor of a copy before: tags, facts,
 * whether it is a favourite, and the notes below its own. `edit` has room for REMOVAL_FACTS and REMOVAL_TAGS; its texts
 * are in the arena and in `from`. */
void removal_merge(struct arena *arena, const struct judged *from, const struct judged *kept, struct edit *edit);

bool removal_merge_says(const struct edit *edit); /* it changes something */

#endif
