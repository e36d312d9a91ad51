#include "services/persist/edit/element_keys.h"
#include "services/persist/steps/apply.h"
#include "services/persist/steps/undo.h"
#include "store/elements.h"
#include "tests/unit/claim.h"
#include "tests/unit/persist/writer.h"

struct parts {
    struct writer *w;
    struct id project, sound;
    char scope[ID_TEXT_SIZE];
};

static struct action make_action(const struct parts *parts, bool has_keys, const char *body)
{
    struct element_edit edit = { .id = parts->sound, .project = parts->project, .has_body = body };

    edit.kind.value = ELEMENT_KIND_SOUND;
    edit.body = text_of(body ? body : "");
    if (has_keys)
        return (struct action){ .has_keys = true, .keys = edit };
    return (struct action){ .has_element = true, .element = edit };
}

static enum err apply_one(const struct parts *parts, struct action action, uint64_t *step, struct fault *fault)
{
    const struct persist_apply ask = { .scope = text_of(parts->scope), .actions = { 1, &action } };
    struct applied applied = { 0 };
    enum err e = apply_all(&parts->w->p, &ask, &applied, fault);

    if (step)
        *step = applied.step;
    return e;
}

static struct parts make_project(struct writer *w)
{
    struct parts parts = { .w = w, .project = id_new(), .sound = id_new() };
    struct action action = make_action(&parts, false, "{\"name\":\"Song\"}");

    id_write(parts.project, parts.scope);
    action.element.id = parts.project;
    action.element.kind.value = ELEMENT_KIND_PROJECT;
    action.element.has_apart = action.element.apart = true;
    assert_int_equal(apply_one(&parts, action, NULL, NULL), ERR_OK);
    return parts;
}

/* As a person does: with a step. */
static void set_keys(const struct parts *parts, const char *keys)
{
    uint64_t step;

    assert_int_equal(apply_one(parts, make_action(parts, true, keys), &step, NULL), ERR_OK);
    assert_true(step > 0);
}

/* As the part follows the core: without one. */
static void follow_core(const struct parts *parts, const char *body)
{
    struct action action = make_action(parts, false, body);
    uint64_t step;

    action.element.has_apart = action.element.apart = true;
    assert_int_equal(apply_one(parts, action, &step, NULL), ERR_OK);
    assert_int_equal(step, 0);
}

static void check_sound(const struct parts *parts, const char *body)
{
    struct choice kind = { .value = ELEMENT_KIND_SOUND };
    struct element sound;

    writer_check(parts->w);
    enum err e = elements_get(parts->w->p.w.txn, &parts->w->p.arena, kind, parts->project, parts->sound, &sound);
    assert_int_equal(e, body ? ERR_OK : ERR_NOT_FOUND);
    if (body)
        assert_string_equal(arena_printf(&parts->w->p.arena, "%.*s", TEXT_ARG(sound.body)).at, body);
}

static enum err take_step(const struct parts *parts, bool back, uint64_t *items, struct fault *fault)
{
    struct taken_back taken = { 0 };
    bool is_cut;
    enum err e = undo_take(&parts->w->p, parts->project, back, &is_cut, &taken, fault);

    *items = taken.items;
    return e;
}

static void take_one(const struct parts *parts, bool back)
{
    uint64_t items;

    assert_int_equal(take_step(parts, back, &items, NULL), ERR_OK);
    assert_int_equal(items, 1);
}

WRITER_CLAIM(undo_gives_back_the_keys_of_its_step_alone)
{
    struct parts parts = make_project(*state);

    follow_core(&parts, "{\"bpm\":120,\"mixer\":[1],\"swing\":0.25}");
    set_keys(&parts, "{\"bpm\":100,\"swing\":0.25,\"sync\":\"midi\"}");
    check_sound(&parts, "{\"bpm\":100,\"mixer\":[1],\"swing\":0.25,\"sync\":\"midi\"}");
    follow_core(&parts, "{\"bpm\":100,\"mixer\":[2],\"pads\":[3],\"swing\":0.5,\"sync\":\"midi\"}");
    for (int times = 0; times < 2; times++) {
        take_one(&parts, true);
        check_sound(&parts, "{\"bpm\":120,\"mixer\":[2],\"pads\":[3],\"swing\":0.5}");
        take_one(&parts, false);
        check_sound(&parts, "{\"bpm\":100,\"mixer\":[2],\"pads\":[3],\"swing\":0.5,\"sync\":\"midi\"}");
    }
}

WRITER_CLAIM(a_key_that_was_changed_since_is_a_conflict)
{
    const char *const changed = "{\"bpm\":99.5,\"mixer\":[1],\"swing\":0.5}";
    struct parts parts = make_project(*state);
    struct fault fault = { 0 };
    uint64_t items;

    follow_core(&parts, "{\"bpm\":120,\"mixer\":[1],\"swing\":0.25}");
    set_keys(&parts, "{\"bpm\":100,\"swing\":0.5}");
    follow_core(&parts, changed);
    assert_int_equal(take_step(&parts, true, &items, &fault), ERR_CONFLICT);
    assert_non_null(strstr(fault.what, "\"bpm\" was changed since, to 99.5"));
    assert_non_null(strstr(fault.hint, "100 again"));
    check_sound(&parts, changed);
    follow_core(&parts, "{\"bpm\":100,\"mixer\":[2],\"swing\":0.5}");
    take_one(&parts, true);
    check_sound(&parts, "{\"bpm\":120,\"mixer\":[2],\"swing\":0.25}");
    follow_core(&parts, "{\"mixer\":[2],\"swing\":0.25}");
    assert_int_equal(take_step(&parts, false, &items, &fault), ERR_CONFLICT);
    check_sound(&parts, "{\"mixer\":[2],\"swing\":0.25}");
}

/* A list without numbers of pads is one value. */
WRITER_CLAIM(of_pads_those_that_were_changed_since_stay)
{
    struct parts parts = make_project(*state);
    struct fault fault = { 0 };
    uint64_t items;

    follow_core(&parts, "{\"pads\":[{\"gain\":1,\"pad\":0},{\"gain\":1,\"pad\":5}]}");
    set_keys(&parts, "{\"pads\":[{\"gain\":2,\"pad\":0},{\"gain\":2,\"pad\":1},{\"gain\":2,\"pad\":2}]}");
    follow_core(&parts, "{\"pads\":[{\"gain\":2,\"pad\":0},{\"gain\":3,\"pad\":1},{\"gain\":2,\"pad\":2}]}");
    take_one(&parts, true);
    check_sound(&parts, "{\"pads\":[{\"gain\":1,\"pad\":0},{\"gain\":3,\"pad\":1},{\"gain\":1,\"pad\":5}]}");
    take_one(&parts, false);
    check_sound(&parts, "{\"pads\":[{\"gain\":2,\"pad\":0},{\"gain\":3,\"pad\":1},{\"gain\":2,\"pad\":2}]}");
    follow_core(&parts, "{\"pads\":[7]}");
    assert_int_equal(take_step(&parts, true, &items, &fault), ERR_CONFLICT);
    check_sound(&parts, "{\"pads\":[7]}");
}

WRITER_CLAIM(a_part_has_its_first_key_by_a_step_and_is_gone_without_its_last)
{
    struct parts parts = make_project(*state);
    uint64_t items, step;

    set_keys(&parts, "{\"bpm\":100}");
    take_one(&parts, true);
    check_sound(&parts, NULL);
    take_one(&parts, false);
    check_sound(&parts, "{\"bpm\":100}");
    follow_core(&parts, "{\"bpm\":100,\"mixer\":[1]}");
    take_one(&parts, true);
    check_sound(&parts, "{\"mixer\":[1]}");
    take_one(&parts, false);
    set_keys(&parts, "{\"bpm\":null,\"mixer\":null}");
    check_sound(&parts, NULL);
    assert_int_equal(apply_one(&parts, make_action(&parts, true, "{\"bpm\":null}"), &step, NULL), ERR_NOT_FOUND);
    take_one(&parts, true);
    check_sound(&parts, "{\"bpm\":100,\"mixer\":[1]}");
    follow_core(&parts, NULL);
    assert_int_equal(take_step(&parts, true, &items, NULL), ERR_NOT_FOUND); /* skipped, and there is no other step */
    check_sound(&parts, NULL);
}

WRITER_CLAIM(keys_that_are_the_same_make_no_step)
{
    struct parts parts = make_project(*state);
    uint64_t step;

    follow_core(&parts, "{\"bpm\":120,\"pads\":[{\"a\":1,\"b\":null}]}");
    struct action same = make_action(&parts, true, "{\"bpm\":120.0,\"pads\":[{\"b\":null,\"a\":1.0}],\"sync\":null}");
    assert_int_equal(apply_one(&parts, same, &step, NULL), ERR_OK);
    assert_int_equal(step, 0);
    check_sound(&parts, "{\"bpm\":120,\"pads\":[{\"a\":1,\"b\":null}]}");
    for (const char *const *other =
             (const char *const[]){ "[{\"a\":1}]", "[{\"a\":1,\"c\":null}]", "[]", "\"x\"", NULL };
         *other; other++) {
        char keys[80];

        snprintf(keys, sizeof(keys), "{\"pads\":%s}", *other);
        set_keys(&parts, keys);
    }
    check_sound(&parts, "{\"bpm\":120,\"pads\":\"x\"}");
    follow_core(&parts, "{}");
    assert_int_equal(apply_one(&parts, make_action(&parts, true, "{\"sync\":null}"), &step, NULL), ERR_OK);
    assert_int_equal(step, 0);
    check_sound(&parts, "{}");
}

WRITER_CLAIM(what_is_no_object_or_has_too_many_keys_is_refused)
{
    struct parts parts = make_project(*state);
    char most[8192] = "{\"a\":1";
    struct fault fault = { 0 };

    assert_int_equal(apply_one(&parts, make_action(&parts, true, "[1]"), NULL, &fault), ERR_BAD_REQUEST);
    assert_string_equal(fault.field, "actions[0].keys.body");
    assert_int_equal(apply_one(&parts, make_action(&parts, true, "{"), NULL, &fault), ERR_BAD_REQUEST);
    assert_int_equal(apply_one(&parts, make_action(&parts, true, NULL), NULL, &fault), ERR_BAD_REQUEST);
    for (int i = 1; i <= ELEMENT_KEYS_MOST; i++)
        snprintf(most + strlen(most), sizeof(most) - strlen(most), ",\"k%d\":%d%s", i, i,
                 i == ELEMENT_KEYS_MOST ? "}" : "");
    assert_int_equal(apply_one(&parts, make_action(&parts, true, most), NULL, &fault), ERR_TOO_LARGE);
    struct action stale = make_action(&parts, true, "{\"bpm\":1}");
    stale.keys.has_expect = true;
    stale.keys.expect = 17;
    assert_int_equal(apply_one(&parts, stale, NULL, &fault), ERR_CONFLICT);
    check_sound(&parts, NULL);
    follow_core(&parts, "[1]");
    assert_int_equal(apply_one(&parts, make_action(&parts, true, "{\"bpm\":1}"), NULL, &fault), ERR_BAD_REQUEST);
    check_sound(&parts, "[1]");
}

/* The steps of an older version, and of a load, have the whole part. */
WRITER_CLAIM(steps_of_whole_parts_lie_between_those_of_keys)
{
    struct parts parts = make_project(*state);

    follow_core(&parts, "{\"bpm\":120,\"mixer\":[1]}");
    assert_int_equal(apply_one(&parts, make_action(&parts, false, "{\"bpm\":90,\"mixer\":[1]}"), NULL, NULL), ERR_OK);
    set_keys(&parts, "{\"bpm\":100}");
    assert_int_equal(apply_one(&parts, make_action(&parts, false, "{\"bpm\":80}"), NULL, NULL), ERR_OK);
    follow_core(&parts, "{\"bpm\":80,\"mixer\":[2]}");
    for (int times = 0; times < 2; times++) {
        take_one(&parts, true);
        check_sound(&parts, "{\"bpm\":100,\"mixer\":[1]}");
        take_one(&parts, true);
        check_sound(&parts, "{\"bpm\":90,\"mixer\":[1]}");
        take_one(&parts, true);
        check_sound(&parts, "{\"bpm\":120,\"mixer\":[1]}");
        for (int i = 0; i < 3; i++)
            take_one(&parts, false);
        check_sound(&parts, "{\"bpm\":80,\"mixer\":[2]}");
    }
}

/* Each action adds keys to the part that the actions before it have left. */
WRITER_CLAIM(keys_of_a_part_that_grows_are_bounded_while_they_are_changed)
{
    enum { ACTIONS = 300, KEYS = 20 };
    struct parts parts = make_project(*state);
    struct action *actions = test_calloc(ACTIONS, sizeof(*actions));
    struct persist_apply ask = { .scope = text_of(parts.scope), .actions = { ACTIONS, actions } };
    struct apply_part some = { &ask, 0, ACTIONS, 0, true };
    const uint64_t head = parts.w->p.head;
    struct arena texts = { .limit = 1 << 20 };
    struct taken_back taken = { 0 };
    struct applied applied;
    struct fault fault = { 0 };
    bool is_cut = true;

    for (uint32_t i = 0; i < ACTIONS; i++) {
        char keys[KEYS * 12] = "{\"first\":0";
        for (int j = 0, at = 10; j < KEYS - 1; j++)
            at += snprintf(keys + at, sizeof(keys) - (size_t)at, ",\"%x\":0", i * KEYS + (uint32_t)j);
        actions[i] = make_action(&parts, true, arena_printf(&texts, "%s}", keys).at);
    }
    assert_int_equal(apply_all(&parts.w->p, &ask, &applied, &fault), ERR_TOO_LARGE);
    assert_int_equal(parts.w->p.head, head);
    check_sound(&parts, NULL);
    assert_int_equal(apply_some(&parts.w->p, &some, &applied, &fault), ERR_OK);
    assert_in_range(some.count, 20, 60);
    assert_int_equal(applied.items, some.count);
    for (some.first = some.count, some.step = applied.step; some.first < ACTIONS; some.first += some.count) {
        some.count = ACTIONS - some.first < 32 ? ACTIONS - some.first : 32;
        assert_int_equal(apply_some(&parts.w->p, &some, &applied, &fault), ERR_OK);
    }
    assert_int_equal(undo_take_to(&parts.w->p, parts.project, applied.step, &taken, &fault), ERR_TOO_LARGE);
    for (taken = (struct taken_back){ 0 }; is_cut; assert_true(taken.items <= ACTIONS))
        assert_int_equal(undo_take(&parts.w->p, parts.project, true, &is_cut, &taken, &fault), ERR_OK);
    check_sound(&parts, NULL);
    writer_check(parts.w);
    arena_free(&texts);
    test_free(actions);
}
