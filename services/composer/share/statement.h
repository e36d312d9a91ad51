/* statement.h: makes the offers of one use or one item, and leaves out what is not shared. Roles and sections are
 * shared only if they are words of a fixed list, because a person may type a name there. The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_STATEMENT_H
#define LOOPHOLE_COMPOSER_STATEMENT_H

#include "schema_community.h"
#include "store/catalogue.h"

/* A pass over the store, with what neighbouring rows share. */
struct statement {
    struct txn *txn;
    struct arena *arena;
    const uint8_t *salt; /* 32 bytes */
    const char *exclude;
};

/* Makes the offer of a use; false: it is not shared (ended, no content, an excluded folder, or found in a session file
 * only by its name). */
bool statement_of_use(const struct statement *statement, struct id context, const struct use *use, struct offer *to);

/* Calls `said` with an offer for each class and tag that a person gave the item. */
enum err statement_of_words(const struct statement *statement, const struct media *media,
                            void (*said)(void *state, const struct offer *offer), void *state);

/* Calls `said` with how the item sounds, if its content is of a public pack. So a pack that was described by hashes
 * alone gets the sounds of its contents from the studios that own it. */
enum err statement_of_sound(const struct statement *statement, const struct media *media,
                            void (*said)(void *state, const struct offer *offer), void *state);

#endif
