/* tree.h: a JSON object as a tree in an arena that can be changed, for documents whose unknown keys are kept. Its
 * canonical form has sorted keys and the shortest number that reads back exactly. Any thread. */
#ifndef LOOPHOLE_PROTO_TREE_H
#define LOOPHOLE_PROTO_TREE_H

#include "common/arena.h"
#include "common/buffer.h"
#include "common/err.h"
#include "common/id.h"

enum tree_type { TREE_NULL, TREE_BOOL, TREE_WHOLE, TREE_REAL, TREE_TEXT, TREE_LIST, TREE_OBJECT };

struct tree {
    enum tree_type type;
    bool truth;
    int64_t whole;
    double real; /* also of TREE_WHOLE */
    struct text text;
    uint32_t count, room;
    struct tree_member *members; /* of an object: in the order of their names; of a list: their names are empty */
};
struct tree_member {
    struct text name;
    struct tree value;
};

/* Reads a JSON object; it lies in the arena, which has no limit. Errors: those of json_read_tree. */
enum err tree_read(struct text from, struct arena *arena, struct tree *to, struct fault *fault);

/* The same for what a client or a file gives: with at most `values` values (json_bounds.h). Errors: also too_large. */
enum err tree_read_bounded(struct text from, uint32_t values, struct arena *arena, struct tree *to,
                           struct fault *fault);

/* Appends the canonical form: on one line, or `indented` for people with a line for each value and a line feed at the
 * end. */
void tree_write(const struct tree *tree, bool indented, struct buffer *to);
struct text tree_canonical(const struct tree *tree, struct arena *arena); /* on one line */

struct tree tree_clone(const struct tree *tree, struct arena *arena); /* its members may be set; theirs may not */
struct tree tree_of_text(struct text text);
struct tree tree_of_whole(int64_t whole);
struct tree tree_of_real(double real);
struct tree tree_of_bool(bool truth);
struct tree tree_of_id(struct id id, struct arena *arena);

/* Members of an object. tree_get returns NULL if there is none, or if `object` is not an object. tree_set replaces or
 * inserts; tree_add adds to a list. The texts must live as long as the arena. A copy of the struct shares its members:
 * tree_clone it before a change. With n members tree_get takes log n steps; so does tree_set of a name after all
 * others, and other names and tree_remove move up to n members: merge many of them with tree_patch. */
const struct tree *tree_get(const struct tree *object, const char *name);
const struct tree *tree_get_text(const struct tree *object, struct text name);
void tree_set(struct tree *object, struct arena *arena, const char *name, struct tree value);
void tree_set_text(struct tree *object, struct arena *arena, struct text name, struct tree value);
void tree_remove(struct tree *object, struct text name);
void tree_add(struct tree *list, struct arena *arena, struct tree value);

/* True if both have the same value, whatever the order of keys: 1 is 1.0, and NULL is null. */
bool tree_equal(const struct tree *a, const struct tree *b);

/* Sets each member of `patch` in `object`; a null removes it. Takes as many steps as both have members. */
void tree_patch(struct tree *object, struct arena *arena, const struct tree *patch);

/* A member's value, or the fallback when it is missing or of another type. */
struct text tree_text(const struct tree *object, const char *name);
double tree_real(const struct tree *object, const char *name, double fallback);
bool tree_bool(const struct tree *object, const char *name, bool fallback);
bool tree_id(const struct tree *object, const char *name, struct id *to); /* false: no id */

#endif
