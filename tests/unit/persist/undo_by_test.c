#include "services/persist/edit/edit.h"
#include "services/persist/edit/undo_stack.h"
#include "services/persist/steps/apply.h"
#include "services/persist/steps/undo.h"
#include "services/persist/steps/undo_by.h"
#include "tests/unit/claim.h"
#include "tests/unit/persist/writer.h"

static const struct id catalogue;

static void set_client(struct writer *w, const char *client)
{
    (void)snprintf(w->p.client, sizeof(w->p.client), "%s", client);
}

static struct action name_action(struct id id, const char *to)
{
    return (struct action){ .has_edit = true, .edit = { .id = id, .has_name = true, .name = text_of(to) } };
}

/* One step of this client that names these items. Returns its number. */
static uint64_t name_items(struct writer *w, const char *client, const struct id *items, uint32_t count, const char *to)
{
    struct action actions[2];
    const struct persist_apply ask = { .label = TEXT("Names"), .actions = { count, actions } };
    struct applied applied;

    for (uint32_t i = 0; i < count; i++)
        actions[i] = name_action(items[i], to);
    set_client(w, client);
    assert_int_equal(apply_all(&w->p, &ask, &applied, NULL), ERR_OK);
    return applied.step;
}

/* One step of so many rows, all of this item. */
static uint64_t name_often(struct writer *w, const char *client, struct id item, int times)
{
    enum { TOGETHER = 1000 };
    static struct action actions[TOGETHER];
    struct persist_apply ask = { .label = TEXT("Often"), .actions = { TOGETHER, actions } };
    struct applied applied = { 0 };

    set_client(w, client);
    for (int i = 0; i < TOGETHER; i++)
        actions[i] = name_action(item, i % 2 ? "x" : "y");
    for (int i = 0; i < times; i += TOGETHER) {
        assert_int_equal(apply_all(&w->p, &ask, &applied, NULL), ERR_OK);
        ask.has_step = true;
        ask.step = applied.step;
    }
    return applied.step;
}

static void remove_item(struct writer *w, struct id item)
{
    const struct media media = writer_media(w, item);

    assert_int_equal(catalogue_remove_media(&w->p.w, &media), ERR_OK);
}

static enum err undo_of(struct writer *w, const char *client, struct taken_back *taken, struct fault *fault)
{
    *fault = (struct fault){ 0 };
    *taken = (struct taken_back){ 0 };
    return undo_take_by(&w->p, text_of(client), taken, fault);
}

static bool is_next(struct writer *w, const char *client)
{
    bool is;

    assert_int_equal(undo_is_next_by(&w->p, text_of(client), &is), ERR_OK);
    return is;
}

static void take_step(struct writer *w, bool back, bool cut)
{
    struct taken_back taken;
    bool is_cut;

    assert_int_equal(undo_take(&w->p, catalogue, back, &is_cut, &taken, NULL), ERR_OK);
    assert_int_equal(is_cut, cut);
}

WRITER_CLAIM(a_step_whose_items_are_gone_is_skipped)
{
    struct writer *w = *state;
    const struct id a = writer_place(w, "a.wav", 1), b = writer_place(w, "b.wav", 1);
    const uint64_t first = name_items(w, "Ana", &a, 1, "x");
    struct taken_back taken;
    struct fault fault;

    name_items(w, "Ana", &b, 1, "x");
    remove_item(w, b);
    assert_int_equal(undo_of(w, "Ana", &taken, &fault), ERR_OK);
    assert_int_equal(taken.step, first);
    assert_false(is_next(w, "Ana"));
    assert_true(text_is(writer_media(w, a).name, "a"));
    assert_int_equal(undo_of(w, "Ana", &taken, &fault), ERR_NOT_FOUND);
}

WRITER_CLAIM(an_item_that_is_gone_is_in_no_way)
{
    struct writer *w = *state;
    const struct id both[] = { writer_place(w, "a.wav", 1), writer_place(w, "b.wav", 1) };
    struct taken_back taken;
    struct fault fault;

    name_items(w, "Ana", both, 2, "x");
    name_items(w, "Ben", &both[1], 1, "y");
    assert_int_equal(undo_of(w, "Ana", &taken, &fault), ERR_CONFLICT);
    remove_item(w, both[1]);
    assert_int_equal(undo_of(w, "Ana", &taken, &fault), ERR_OK);
    assert_int_equal(taken.items, 1);
    assert_int_equal(taken.gone, 1);
    assert_true(text_is(writer_media(w, both[0]).name, "a"));
}

WRITER_CLAIM(a_step_that_is_half_undone_is_left_to_plain_undo)
{
    struct writer *w = *state;
    const struct id a = writer_place(w, "a.wav", 1), b = writer_place(w, "b.wav", 1);
    const uint64_t of_ben = name_items(w, "Ben", &b, 1, "x"), step = name_often(w, "Ana", a, 5000);
    struct undo_pointers stack;
    struct taken_back taken;
    struct fault fault;
    char expected[64];

    take_step(w, true, true);
    assert_int_equal(undo_pointers(&w->p, catalogue, &stack), ERR_OK);
    const uint64_t at = stack.at;
    assert_in_range(at, step, stack.top - 1);
    assert_true(is_next(w, "Ana")); /* the same request, sent again, completes it */
    assert_false(is_next(w, "Ben"));
    assert_int_equal(undo_check_redo_by(&w->p, text_of("Ana"), &fault), ERR_OK);
    assert_int_equal(undo_check_redo_by(&w->p, text_of("Ben"), &fault), ERR_CONFLICT);
    assert_int_equal(undo_of(w, "Ana", &taken, &fault), ERR_CONFLICT);
    (void)snprintf(expected, sizeof(expected), "step %llu is half undone", (unsigned long long)step);
    assert_string_equal(fault.what, expected);
    assert_int_equal(undo_of(w, "Ben", &taken, &fault), ERR_OK); /* of another item */
    assert_int_equal(taken.step, of_ben);
    assert_int_equal(undo_pointers(&w->p, catalogue, &stack), ERR_OK);
    assert_int_equal(stack.at, at);
    take_step(w, true, false);
    assert_true(text_is(writer_media(w, a).name, "a"));
    assert_int_equal(undo_of(w, "Ana", &taken, &fault), ERR_NOT_FOUND);
}

WRITER_CLAIM(a_step_that_is_too_large_is_left_to_plain_undo)
{
    static char notes[4001];
    struct writer *w = *state;
    const struct id a = writer_place(w, "a.wav", 1);
    struct edit edit = { .id = a, .has_notes = true, .notes = { 4000, notes } };
    struct taken_back taken;
    struct fault fault;
    struct done done;

    memset(notes, 'n', sizeof(notes) - 1);
    assert_int_equal(edit_apply_step(&w->p, &edit, 0, &done, NULL), ERR_OK);
    name_often(w, "Ana", a, 2000);
    assert_int_equal(undo_of(w, "Ana", &taken, &fault), ERR_TOO_LARGE);
    assert_string_equal(fault.hint, "only plain undo takes such a step, when it is the last");
    take_step(w, true, false);
    assert_true(text_is(writer_media(w, a).name, "a"));
}

WRITER_CLAIM(the_advice_depends_on_whether_the_later_step_is_undone)
{
    struct writer *w = *state;
    const struct id a = writer_place(w, "a.wav", 1), b = writer_place(w, "b.wav", 1);
    struct taken_back taken;
    struct fault fault;

    name_items(w, "Ana", &a, 1, "x");
    name_items(w, "Ben", &a, 1, "y");
    assert_int_equal(undo_of(w, "Ana", &taken, &fault), ERR_CONFLICT);
    assert_memory_equal(fault.hint, "undo that step first", 20);
    take_step(w, true, false);
    assert_int_equal(undo_of(w, "Ana", &taken, &fault), ERR_CONFLICT);
    assert_memory_equal(fault.hint, "that step is undone, but redo", 29);
    assert_null(strstr(fault.hint, "undo that step first"));
    name_items(w, "Ben", &b, 1, "y"); /* the advice */
    assert_int_equal(undo_of(w, "Ana", &taken, &fault), ERR_OK);
    assert_true(text_is(writer_media(w, a).name, "a"));
}
