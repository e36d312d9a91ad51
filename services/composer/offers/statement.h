/* statement.h: makes the offers of one use or one item, and leaves out what is not shared. Roles and sections are
 * shared only if they are words of a fixed list, because a person may type a name there. The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_STATEMENT_H
#define LOOPHOLE_COMPOSER_STATEMENT_H

#include "schema_community.h"
#include "store/catalogue.h"

/* What all statements of a pass over the store are made with. */
struct statement_source {
    struct txn *txn;
    struct arena *arena;               /* of the offers */
    const uint8_t *salt;               /* 32 bytes; hides contexts */
    const struct bytes_list *excluded; /* paths of folders; nothing of them is shared */
};

/* Makes the offer of a use; false: it is not shared (ended, no content, an excluded folder, or found in a session file
 * only by its name). */
bool statement_of_use(const struct statement_source *source, struct id context, const struct use *use,
                      struct offer *to);

/* Calls `said` with an offer for each class and tag that a person gave the item. */
enum err statement_of_words(const struct statement_source *source, const struct media *media,
                            void (*said)(void *state, const struct offer *offer), void *state);

/* Calls `said` with how the item sounds, if its content is of a public pack. So a pack that was described by hashes
 * alone gets the sounds of its contents from the studios that own it. */
enum err statement_of_sound(const struct statement_source *source, const struct media *media,
                            void (*said)(void *state, const struct offer *offer), void *state);

#endif
