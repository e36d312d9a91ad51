#include <string.h>
#include <time.h>

#include "proto/wire/json_bounds.h"
#include "proto/wire/tree.h"
#include "tests/unit/claim.h"

enum { FEW = 20000, MANY = 160000 };

static struct tree read_object(const char *json, struct arena *arena)
{
    struct tree tree;

    assert_int_equal(tree_read(text_of(json), arena, &tree, NULL), ERR_OK);
    return tree;
}

static void assert_written(const struct tree *tree, struct arena *arena, const char *json)
{
    const struct text text = tree_canonical(tree, arena);

    assert_int_equal(text.len, strlen(json));
    assert_memory_equal(text.at, json, text.len);
}

CLAIM(members_are_in_the_order_of_their_names)
{
    struct arena arena = { 0 };
    struct tree tree = read_object("{\"b\":1,\"c\":[3,{\"z\":0,\"y\":0}],\"a\":2}", &arena);

    assert_written(&tree, &arena, "{\"a\":2,\"b\":1,\"c\":[3,{\"y\":0,\"z\":0}]}");
    tree_set(&tree, &arena, "bb", tree_of_whole(5));
    tree_set(&tree, &arena, "", tree_of_whole(6));
    tree_set(&tree, &arena, "d", tree_of_whole(7));
    tree_set(&tree, &arena, "a", tree_of_bool(true));
    tree_remove(&tree, TEXT("c"));
    tree_remove(&tree, TEXT("cc"));
    assert_written(&tree, &arena, "{\"\":6,\"a\":true,\"b\":1,\"bb\":5,\"d\":7}");
    assert_true(tree_real(&tree, "bb", 0) == 5);
    assert_null(tree_get(&tree, "c"));
    assert_null(tree_get(tree_get(&tree, "d"), "c"));
    arena_free(&arena);
}

CLAIM(a_patch_sets_adds_and_removes)
{
    struct arena arena = { 0 };
    struct tree tree = read_object("{\"m\":1,\"c\":1,\"x\":1}", &arena), empty = read_object("{}", &arena);
    const struct tree patch = read_object("{\"z\":2,\"x\":null,\"y\":null,\"a\":2,\"m\":2}", &arena);

    tree_patch(&tree, &arena, &patch);
    assert_written(&tree, &arena, "{\"a\":2,\"c\":1,\"m\":2,\"z\":2}");
    tree_patch(&tree, &arena, &empty);
    assert_int_equal(tree.count, 4);
    tree_patch(&empty, &arena, &patch);
    assert_written(&empty, &arena, "{\"a\":2,\"m\":2,\"z\":2}");
    arena_free(&arena);
}

CLAIM(equal_trees_may_have_other_orders_and_kinds_of_numbers)
{
    struct arena arena = { 0 };
    const struct tree a = read_object("{\"a\":1,\"b\":{\"x\":[1,2],\"y\":null}}", &arena);
    const struct tree same = read_object("{\"b\":{\"y\":null,\"x\":[1.0,2]},\"a\":1.0}", &arena);
    const char *others[] = { "{}", "{\"a\":1,\"b\":{\"x\":[2,1],\"y\":null}}",
                             "{\"a\":1,\"c\":{\"x\":[1,2],\"y\":null}}", "{\"a\":1,\"b\":{\"x\":[1,2]}}",
                             "{\"a\":1,\"b\":{\"x\":[1,2],\"y\":null},\"c\":0}" };

    assert_true(tree_equal(&a, &same));
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        const struct tree other = read_object(others[i], &arena);
        assert_false(tree_equal(&a, &other));
        assert_false(tree_equal(&other, &a));
    }
    arena_free(&arena);
}

/* ---- bounds ---- */

static struct text repeat_text(const char *part, uint32_t count, const char *end, struct arena *arena)
{
    struct buffer text = { 0 };

    for (uint32_t i = 0; i < count; i++)
        buffer_add_text(&text, part);
    buffer_add_text(&text, end);
    return arena_take(arena, &text);
}

CLAIM(the_values_of_a_text_are_counted_before_it_is_read)
{
    static const char json[] = "{\"a,[{\\\",\":[1,[],\",\"],\"b\":{}}"; /* six values, the outermost one too */
    struct fault fault = { 0 };
    struct arena arena = { 0 };
    struct tree tree;

    assert_int_equal(json_check_bounds(text_of(json), 6, &fault), ERR_OK);
    assert_int_equal(json_check_bounds(text_of(json), 5, &fault), ERR_TOO_LARGE);
    assert_int_equal(tree_read_bounded(text_of(json), 3, &arena, &tree, &fault), ERR_TOO_LARGE);
    assert_non_null(strstr(fault.what, "values: at most 3"));
    assert_int_equal(tree_read(repeat_text("[", 1000000, "", &arena), &arena, &tree, &fault), ERR_BAD_REQUEST);
    assert_non_null(strstr(fault.what, "deeper than 64: 1000000 levels"));
    assert_int_equal(tree_read(repeat_text("0,", JSON_VALUES_MOST, "0", &arena), &arena, &tree, &fault), ERR_TOO_LARGE);
    assert_int_equal(json_check_bounds(text_of("\"\\"), 1, &fault), ERR_OK);
    assert_int_equal(json_count_bytes(text_of(" {\n\t\"a b\": [1,\r 22] }\n")), 14);
    arena_free(&arena);
}

/* ---- many keys ---- */

/* Keys with one long beginning, in an order that is not theirs. */
static struct text make_object(uint32_t count, int value, struct arena *arena)
{
    struct buffer json = { 0 };

    for (uint32_t i = 0; i < count; i++)
        buffer_printf(&json, "%s\"a key of another program %u\":%d", i ? "," : "{", i * 7919u % count, value);
    buffer_add_text(&json, "}");
    return arena_take(arena, &json);
}

static int64_t used_ns(void)
{
    struct timespec now;

    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now), 0);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* Reads, compares, sets, patches, removes and writes; returns the processor time. */
static int64_t use_objects(uint32_t count)
{
    struct arena arena = { 0 };
    const struct text json = make_object(count, 0, &arena), changed = make_object(count, 1, &arena);
    const int64_t from = used_ns();
    struct tree tree, same, patch, made = { .type = TREE_OBJECT };

    assert_int_equal(tree_read(json, &arena, &tree, NULL), ERR_OK);
    assert_int_equal(tree_read(json, &arena, &same, NULL), ERR_OK);
    assert_int_equal(tree_read(changed, &arena, &patch, NULL), ERR_OK);
    assert_true(tree_equal(&tree, &same));
    for (uint32_t i = 0; i < tree.count; i++)
        tree_set_text(&made, &arena, tree.members[i].name, *tree_get_text(&same, tree.members[i].name));
    assert_true(tree_equal(&made, &tree));
    tree_patch(&made, &arena, &patch);
    assert_true(tree_equal(&made, &patch));
    for (uint32_t i = 0; i < patch.count; i++)
        patch.members[i].value.type = TREE_NULL;
    tree_patch(&made, &arena, &patch);
    assert_int_equal(made.count, 0);
    assert_int_equal(tree_canonical(&tree, &arena).len, json.len);
    arena_free(&arena);
    return used_ns() - from;
}

/* With steps for each pair of keys it would be 64 times. */
CLAIM(eight_times_the_keys_take_less_than_thirty_times_the_work)
{
    const int64_t few = use_objects(FEW), many = use_objects(MANY);

    print_message("%d keys: %.1f ms, %d keys: %.1f ms\n", FEW, (double)few / 1e6, MANY, (double)many / 1e6);
    assert_true(many < 30 * few);
}
