/* pattern_migrate.h: converts the trees of older schemas to schema 1. Any thread. */
#ifndef LOOPHOLE_STORE_PATTERN_MIGRATE_H
#define LOOPHOLE_STORE_PATTERN_MIGRATE_H

#include "common/arena.h"
#include "common/err.h"
#include "proto/wire/json_node.h"

/* Converts a tree of schema 0 in place: rows at the top (`tracks`), and tempo, swing, genre and tags at the top or in
 * `metadata`. A time that is text becomes seconds since 1970; without a zone it is UTC. Unknown members are kept. Does
 * nothing to a tree of schema 1. Errors: version (newer than 1), bad_request (no version). */
enum err pattern_migrate(struct json_node *root, struct arena *arena, struct fault *fault);

#endif
