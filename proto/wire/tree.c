#include "proto/wire/tree.h"

#include <stdlib.h>
#include <string.h>

#include "common/shared/work.h"
#include "proto/wire/json.h"
#include "proto/wire/json_bounds.h"
#include "proto/wire/json_node.h"
#include "proto/wire/json_write.h"

/* ---- making ---- */

struct tree tree_clone(const struct tree *tree, struct arena *arena)
{
    struct tree clone = *tree;

    clone.room = tree->count;
    clone.members = arena_array(arena, tree->count, sizeof(*clone.members));
    if (tree->count)
        memcpy(clone.members, tree->members, tree->count * sizeof(*clone.members));
    return clone;
}

struct tree tree_of_text(struct text text)
{
    return (struct tree){ .type = TREE_TEXT, .text = text };
}

struct tree tree_of_whole(int64_t whole)
{
    return (struct tree){ .type = TREE_WHOLE, .whole = whole, .real = (double)whole };
}

struct tree tree_of_real(double real)
{
    return (struct tree){ .type = TREE_REAL, .real = real };
}

struct tree tree_of_bool(bool truth)
{
    return (struct tree){ .type = TREE_BOOL, .truth = truth };
}

struct tree tree_of_id(struct id id, struct arena *arena)
{
    char room[ID_TEXT_SIZE];

    return tree_of_text(arena_text(arena, text_of(id_write(id, room))));
}

/* ---- members ---- */

/* The position of the first member whose name is not before `name`. */
static uint32_t find_position(const struct tree *object, struct text name)
{
    uint32_t from = 0, until = object->count;

    if (until && text_compare(object->members[until - 1].name, name) < 0)
        return until; /* names often come in order */
    while (from < until) {
        const uint32_t middle = from + (until - from) / 2;
        if (text_compare(object->members[middle].name, name) < 0)
            from = middle + 1;
        else
            until = middle;
    }
    return from;
}

static bool is_named(const struct tree *object, uint32_t i, struct text name)
{
    return i < object->count && text_equal(object->members[i].name, name);
}

const struct tree *tree_get_text(const struct tree *object, struct text name)
{
    uint32_t i;

    if (!object || object->type != TREE_OBJECT)
        return NULL;
    i = find_position(object, name);
    return is_named(object, i, name) ? &object->members[i].value : NULL;
}

const struct tree *tree_get(const struct tree *object, const char *name)
{
    return tree_get_text(object, text_of(name));
}

static void insert_member(struct tree *tree, struct arena *arena, uint32_t i, struct tree_member member)
{
    tree->members = arena_grow(arena, tree->members, tree->count, &tree->room, sizeof(*tree->members));
    if (i < tree->count)
        memmove(&tree->members[i + 1], &tree->members[i], (tree->count - i) * sizeof(*tree->members));
    tree->members[i] = member;
    tree->count++;
}

void tree_set_text(struct tree *object, struct arena *arena, struct text name, struct tree value)
{
    const uint32_t i = find_position(object, name);

    if (is_named(object, i, name))
        object->members[i].value = value;
    else
        insert_member(object, arena, i, (struct tree_member){ name, value });
}

void tree_set(struct tree *object, struct arena *arena, const char *name, struct tree value)
{
    tree_set_text(object, arena, text_of(name), value);
}

void tree_remove(struct tree *object, struct text name)
{
    const uint32_t i = find_position(object, name);

    if (!is_named(object, i, name))
        return;
    object->count--;
    memmove(&object->members[i], &object->members[i + 1], (object->count - i) * sizeof(*object->members));
}

void tree_add(struct tree *list, struct arena *arena, struct tree value)
{
    insert_member(list, arena, list->count, (struct tree_member){ .value = value });
}

/* Both have sorted members, so one pass merges them. */
void tree_patch(struct tree *object, struct arena *arena, const struct tree *patch)
{
    struct tree merged = { .type = TREE_OBJECT, .room = object->count + patch->count };
    uint32_t i = 0;

    merged.members = arena_array(arena, merged.room, sizeof(*merged.members));
    for (uint32_t j = 0; j < patch->count; j++) {
        const struct tree_member *member = &patch->members[j];
        while (i < object->count && text_compare(object->members[i].name, member->name) < 0)
            merged.members[merged.count++] = object->members[i++];
        i += is_named(object, i, member->name);
        if (member->value.type != TREE_NULL)
            merged.members[merged.count++] = *member;
    }
    while (i < object->count)
        merged.members[merged.count++] = object->members[i++];
    *object = merged;
}

/* ---- comparing ---- */

static bool is_number(const struct tree *tree)
{
    return tree->type == TREE_WHOLE || tree->type == TREE_REAL;
}

static bool equal_numbers(const struct tree *a, const struct tree *b)
{
    return a->type == TREE_WHOLE && b->type == TREE_WHOLE ? a->whole == b->whole : a->real == b->real;
}

static bool equal_members(const struct tree *a, const struct tree *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!text_equal(a->members[i].name, b->members[i].name) ||
            !tree_equal(&a->members[i].value, &b->members[i].value))
            return false;
    return true;
}

bool tree_equal(const struct tree *a, const struct tree *b)
{
    static const struct tree null = { .type = TREE_NULL };

    work_step();
    a = a ? a : &null;
    b = b ? b : &null;
    if (is_number(a) && is_number(b))
        return equal_numbers(a, b);
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case TREE_BOOL:
        return a->truth == b->truth;
    case TREE_TEXT:
        return text_equal(a->text, b->text);
    default:
        return equal_members(a, b); /* a null has none */
    }
}

struct text tree_text(const struct tree *object, const char *name)
{
    const struct tree *value = tree_get(object, name);

    return value && value->type == TREE_TEXT ? value->text : (struct text){ 0 };
}

double tree_real(const struct tree *object, const char *name, double fallback)
{
    const struct tree *value = tree_get(object, name);

    return value && (value->type == TREE_REAL || value->type == TREE_WHOLE) ? value->real : fallback;
}

bool tree_bool(const struct tree *object, const char *name, bool fallback)
{
    const struct tree *value = tree_get(object, name);

    return value && value->type == TREE_BOOL ? value->truth : fallback;
}

bool tree_id(const struct tree *object, const char *name, struct id *to)
{
    return id_read(tree_text(object, name), to);
}

/* ---- reading ---- */

static struct tree copy_node(const struct json_node *node, struct arena *arena);

static int compare_members(const void *a, const void *b)
{
    return text_compare(((const struct tree_member *)a)->name, ((const struct tree_member *)b)->name);
}

/* Most documents are sorted already: loophole wrote them. */
static void sort_members(struct tree *object)
{
    for (uint32_t i = 1; i < object->count; i++)
        if (compare_members(&object->members[i - 1], &object->members[i]) > 0) {
            qsort(object->members, object->count, sizeof(*object->members), compare_members);
            return;
        }
}

static struct tree copy_members(const struct json_node *node, enum tree_type type, struct arena *arena)
{
    struct tree tree = { .type = type, .room = node->count };

    tree.members = arena_array(arena, node->count, sizeof(*tree.members));
    for (; tree.count < node->count; tree.count++)
        tree.members[tree.count] =
            (struct tree_member){ node->at[tree.count].key, copy_node(&node->at[tree.count], arena) };
    if (type == TREE_OBJECT)
        sort_members(&tree);
    return tree;
}

static struct tree copy_node(const struct json_node *node, struct arena *arena)
{
    work_step();
    switch (node->kind) {
    case JSON_IS_NULL:
        break;
    case JSON_IS_BOOL:
        return tree_of_bool(node->yes);
    case JSON_IS_INT:
        return tree_of_whole(node->number);
    case JSON_IS_REAL:
        return tree_of_real(node->real);
    case JSON_IS_TEXT:
        return tree_of_text(node->text);
    case JSON_IS_LIST:
        return copy_members(node, TREE_LIST, arena);
    case JSON_IS_OBJECT:
        return copy_members(node, TREE_OBJECT, arena);
    }
    return (struct tree){ .type = TREE_NULL };
}

enum err tree_read(struct text from, struct arena *arena, struct tree *to, struct fault *fault)
{
    struct json_node node = { 0 };
    enum err e = json_read_tree(from, arena, &node, fault);

    *to = (struct tree){ .type = TREE_OBJECT };
    if (e == ERR_OK)
        *to = copy_node(&node, arena);
    return e;
}

enum err tree_read_bounded(struct text from, uint32_t values, struct arena *arena, struct tree *to, struct fault *fault)
{
    enum err e = json_check_bounds(from, values, fault);

    *to = (struct tree){ .type = TREE_OBJECT };
    return e == ERR_OK ? tree_read(from, arena, to, fault) : e;
}

/* ---- writing ---- */

static void break_line(struct buffer *to, bool indented, uint32_t depth)
{
    if (!indented)
        return;
    buffer_add_text(to, "\n");
    for (uint32_t i = 0; i < depth; i++)
        buffer_add_text(to, "  ");
}

static void write_tree(const struct tree *tree, bool indented, uint32_t depth, struct buffer *to);

static void write_members(const struct tree *tree, bool indented, uint32_t depth, struct buffer *to)
{
    bool is_object = tree->type == TREE_OBJECT;

    buffer_add_text(to, is_object ? "{" : "[");
    for (uint32_t i = 0; i < tree->count; i++) {
        buffer_add_text(to, i ? "," : "");
        break_line(to, indented, depth + 1);
        if (is_object) {
            json_text(to, tree->members[i].name);
            buffer_add_text(to, indented ? ": " : ":");
        }
        write_tree(&tree->members[i].value, indented, depth + 1, to);
    }
    if (tree->count)
        break_line(to, indented, depth);
    buffer_add_text(to, is_object ? "}" : "]");
}

static void write_tree(const struct tree *tree, bool indented, uint32_t depth, struct buffer *to)
{
    work_step();
    switch (tree->type) {
    case TREE_NULL:
        buffer_add_text(to, "null");
        return;
    case TREE_BOOL:
        buffer_add_text(to, tree->truth ? "true" : "false");
        return;
    case TREE_WHOLE:
        json_whole(to, tree->whole);
        return;
    case TREE_REAL:
        json_number(to, tree->real);
        return;
    case TREE_TEXT:
        json_text(to, tree->text);
        return;
    case TREE_LIST:
    case TREE_OBJECT:
        write_members(tree, indented, depth, to);
        return;
    }
}

void tree_write(const struct tree *tree, bool indented, struct buffer *to)
{
    write_tree(tree, indented, 0, to);
    if (indented)
        buffer_add_text(to, "\n");
}

struct text tree_canonical(const struct tree *tree, struct arena *arena)
{
    struct buffer buffer = { 0 };

    tree_write(tree, false, &buffer);
    return arena_take(arena, &buffer);
}
