/* heard_tags.h: tags that the analysis hears are facts ("tag:warm"), not tags of the item. To remove
 * such a tag, a person's own fact marks it as wrong; to add it takes that fact back. */
#ifndef LOOPHOLE_PERSIST_HEARD_TAGS_H
#define LOOPHOLE_PERSIST_HEARD_TAGS_H

#include "services/persist/turn/persist.h"
#include "store/catalogue.h"

/* Adds the facts that the edit's tags mean to `said`, a copy of the edit; lists lie in p->arena. A fact that the
 * edit itself sets or clears stays as the edit says. Errors (explained): too_large (more than 64 facts at once), full,
 * internal. */
enum err heard_tags_say(struct persist *p, const struct media *was, const struct edit *edit, struct edit *said,
                        struct fault *fault);

#endif
