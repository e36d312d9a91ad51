#include "services/persist/edit/elements.h"
#include "services/persist/steps/apply.h"
#include "services/persist/steps/undo.h"
#include "store/elements.h"
#include "tests/unit/claim.h"
#include "tests/unit/persist/writer.h"

enum { LONG_BODY = 2000 /* bytes */ };

struct parts {
    struct id project, clip;
    char scope[ID_TEXT_SIZE];
};

static struct action element_action(struct id project, struct id id, enum element_kind kind, const char *body)
{
    struct action action = { .has_element = true, .element = { .id = id, .project = project, .has_body = body } };

    action.element.kind.value = (int32_t)kind;
    action.element.body = text_of(body ? body : "");
    return action;
}

static uint64_t apply_actions(struct writer *w, struct parts *parts, struct action *actions, uint32_t count)
{
    const struct persist_apply ask = { .scope = text_of(parts->scope), .actions = { count, actions } };
    struct applied applied;

    assert_int_equal(apply_all(&w->p, &ask, &applied, NULL), ERR_OK);
    return applied.step;
}

static struct parts make_project(struct writer *w)
{
    struct parts parts = { .project = id_new(), .clip = id_new() };
    struct action project = element_action(parts.project, parts.project, ELEMENT_KIND_PROJECT, "{}");

    id_write(parts.project, parts.scope);
    project.element.has_apart = project.element.apart = true;
    assert_int_equal(apply_actions(w, &parts, &project, 1), 0);
    return parts;
}

static void change_clip(struct writer *w, struct parts *parts, const char *body)
{
    struct action change = element_action(parts->project, parts->clip, ELEMENT_KIND_CLIP, body);

    assert_true(apply_actions(w, parts, &change, 1) > 0);
}

static void check_clip(struct writer *w, const struct parts *parts, const char *body)
{
    struct choice kind = { .value = ELEMENT_KIND_CLIP };
    struct element clip;

    writer_check(w);
    enum err e = elements_get(w->p.w.txn, &w->p.arena, kind, parts->project, parts->clip, &clip);
    assert_int_equal(e, body ? ERR_OK : ERR_NOT_FOUND);
    assert_true(!body || text_is(clip.body, body));
}

static uint64_t take_step(struct writer *w, const struct parts *parts, bool back)
{
    struct taken_back taken;
    bool is_cut;

    assert_int_equal(undo_take(&w->p, parts->project, back, &is_cut, &taken, NULL), ERR_OK);
    assert_true(text_is(taken.label, "clip"));
    return taken.items;
}

WRITER_CLAIM(undo_and_redo_exchange_the_versions_of_a_part)
{
    const char *versions[] = { NULL, "{\"name\":\"one\"}", "{\"name\":\"two\"}", NULL, "{\"name\":\"three\"}" };
    enum { CHANGES = sizeof(versions) / sizeof(*versions) - 1 };
    struct writer *w = *state;
    struct parts parts = make_project(w);

    for (int i = 1; i <= CHANGES; i++)
        change_clip(w, &parts, versions[i]);
    for (int times = 0; times < 2; times++) {
        for (int i = CHANGES; i-- > 0;) {
            assert_int_equal(take_step(w, &parts, true), 1);
            check_clip(w, &parts, versions[i]);
        }
        for (int i = 1; i <= CHANGES; i++) {
            assert_int_equal(take_step(w, &parts, false), 1);
            check_clip(w, &parts, versions[i]);
        }
    }
}

WRITER_CLAIM(a_part_that_a_step_changes_twice_is_taken_back_and_changed_again)
{
    struct writer *w = *state;
    struct parts parts = make_project(w);
    struct action actions[] = { element_action(parts.project, parts.clip, ELEMENT_KIND_CLIP, "{\"name\":\"one\"}"),
                                element_action(parts.project, parts.clip, ELEMENT_KIND_CLIP, NULL),
                                element_action(parts.project, parts.clip, ELEMENT_KIND_CLIP, "{\"name\":\"two\"}") };

    assert_int_equal(apply_actions(w, &parts, actions, 3), 1);
    for (int times = 0; times < 2; times++) {
        assert_int_equal(take_step(w, &parts, true), 3);
        check_clip(w, &parts, NULL);
        assert_int_equal(take_step(w, &parts, false), 3);
        check_clip(w, &parts, "{\"name\":\"two\"}");
    }
}

WRITER_CLAIM(a_step_of_an_older_version_is_taken_back_and_done_again)
{
    struct writer *w = *state;
    struct parts parts = make_project(w);
    struct undo_step row = { .has_element_before = true, .has_element_after = true };

    change_clip(w, &parts, "{\"name\":\"two\"}");
    row.before.id = row.after.id = parts.clip;
    row.element_before = element_action(parts.project, parts.clip, ELEMENT_KIND_CLIP, "{\"name\":\"one\"}").element;
    row.element_after = element_action(parts.project, parts.clip, ELEMENT_KIND_CLIP, "{\"name\":\"two\"}").element;
    assert_int_equal(undo_push(&w->p, parts.project, &row), ERR_OK);
    for (int times = 0; times < 2; times++) {
        assert_int_equal(take_step(w, &parts, true), 1);
        check_clip(w, &parts, "{\"name\":\"one\"}");
        assert_int_equal(take_step(w, &parts, false), 1);
        check_clip(w, &parts, "{\"name\":\"two\"}");
    }
}

static uint32_t size_of_step(struct writer *w, const struct parts *parts, uint64_t number)
{
    struct key key = undo_key(parts->project, number);
    struct bytes value = { 0, NULL };

    assert_int_equal(txn_get(w->p.w.txn, DB_UNDO, key_bytes(&key), &value), ERR_OK);
    return value.len;
}

WRITER_CLAIM(a_step_stores_one_version_of_a_part)
{
    struct writer *w = *state;
    struct parts parts = make_project(w);
    char body[LONG_BODY] = "{\"name\":\"";

    memset(body + strlen(body), 'x', LONG_BODY - strlen(body) - 3);
    memcpy(body + LONG_BODY - 3, "\"}", 3);
    change_clip(w, &parts, body);
    assert_in_range(size_of_step(w, &parts, 1), 1, 500);
    body[LONG_BODY - 4] = 'y';
    change_clip(w, &parts, body);
    assert_in_range(size_of_step(w, &parts, 2), LONG_BODY, LONG_BODY + 500);
    assert_int_equal(take_step(w, &parts, true), 1);
    assert_in_range(size_of_step(w, &parts, 2), LONG_BODY, LONG_BODY + 500);
    assert_int_equal(take_step(w, &parts, true), 1);
    assert_in_range(size_of_step(w, &parts, 1), LONG_BODY, LONG_BODY + 500);
}
