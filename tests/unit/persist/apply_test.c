#include "services/persist/edit/edit.h"
#include "services/persist/edit/undo_stack.h"
#include "services/persist/steps/apply.h"
#include "services/persist/steps/steps_list.h"
#include "services/persist/steps/undo.h"
#include "tests/unit/claim.h"
#include "tests/unit/persist/writer.h"

static const struct id catalogue;

static struct action favour_action(struct id id)
{
    return (struct action){ .has_edit = true, .edit = { .id = id, .has_favourite = true, .favourite = true } };
}

static struct action name_action(struct id id, const char *to)
{
    return (struct action){ .has_edit = true, .edit = { .id = id, .has_name = true, .name = text_of(to) } };
}

static struct action move_action(struct writer *w, struct id id, const char *file)
{
    return (struct action){ .has_move = true,
                            .move = { .id = id, .folder = w->folder, .file = bytes_of(file, strlen(file)) } };
}

static enum err apply_actions(struct writer *w, struct action *actions, uint32_t count, struct applied *applied,
                              struct fault *fault)
{
    const struct persist_apply ask = { .label = TEXT("Several"), .actions = { count, actions } };

    *fault = (struct fault){ 0 };
    return apply_all(&w->p, &ask, applied, fault);
}

static enum err take_back(struct writer *w, struct id scope, bool back, struct taken_back *taken, struct fault *fault)
{
    bool is_cut;

    *fault = (struct fault){ 0 };
    return undo_take(&w->p, scope, back, &is_cut, taken, fault);
}

WRITER_CLAIM(all_actions_are_one_step)
{
    struct writer *w = *state;
    struct id a = writer_place(w, "a.wav", 1), b = writer_place(w, "b.wav", 1);
    struct action actions[] = { favour_action(a), name_action(b, "x"), name_action(b, "y"),
                                move_action(w, a, "c.wav") };
    struct applied applied;
    struct fault fault;
    struct taken_back taken;

    assert_int_equal(apply_actions(w, actions, 4, &applied, &fault), ERR_OK);
    assert_int_equal(applied.items, 4);
    assert_int_equal(applied.step, 1);
    assert_int_equal(applied.revision, w->p.head);
    writer_check(w);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(take_back(w, catalogue, true, &taken, &fault), ERR_OK);
        assert_int_equal(taken.items, 4);
        assert_true(text_is(taken.label, "Several"));
        assert_false(writer_media(w, a).favourite);
        assert_true(text_is(writer_media(w, b).name, "b"));
        assert_true(bytes_equal(writer_media(w, a).file, bytes_of("a.wav", 5)));
        assert_int_equal(take_back(w, catalogue, true, &taken, &fault), ERR_NOT_FOUND);
        assert_int_equal(take_back(w, catalogue, false, &taken, &fault), ERR_OK);
        assert_int_equal(taken.items, 4);
        assert_true(writer_media(w, a).favourite);
        assert_true(text_is(writer_media(w, b).name, "y"));
        assert_true(text_is(writer_media(w, a).name, "c"));
    }
    writer_check(w);
}

WRITER_CLAIM(a_failing_action_in_the_middle_leaves_nothing)
{
    struct writer *w = *state;
    struct id a = writer_place(w, "a.wav", 1), b = writer_place(w, "b.wav", 1);
    struct action unknown[] = { favour_action(a), favour_action(id_new()), favour_action(b) };
    struct action taken_place[] = { favour_action(a), move_action(w, a, "b.wav") };
    struct action stale[] = { name_action(a, "x"), name_action(a, "y") };
    struct action neither[] = { favour_action(a), { 0 } };
    struct applied applied;
    struct fault fault;
    uint64_t head = w->p.head;

    stale[1].edit.has_expect = true;
    stale[1].edit.expect = head - 1;
    assert_int_equal(apply_actions(w, unknown, 3, &applied, &fault), ERR_NOT_FOUND);
    assert_string_equal(fault.field, "actions[1].edit.id");
    assert_int_equal(apply_actions(w, taken_place, 2, &applied, &fault), ERR_EXISTS);
    assert_string_equal(fault.field, "actions[1].move");
    assert_int_equal(apply_actions(w, stale, 2, &applied, &fault), ERR_CONFLICT);
    assert_string_equal(fault.field, "actions[1].edit.expect");
    assert_int_equal(apply_actions(w, neither, 2, &applied, &fault), ERR_BAD_REQUEST);
    assert_string_equal(fault.field, "actions[1]");
    assert_int_equal(w->p.head, head);
    assert_int_equal(w->p.undo.top, 0);
    assert_false(writer_media(w, a).favourite);
    assert_true(text_is(writer_media(w, a).name, "a"));
    assert_int_equal(txn_count(w->p.w.txn, DB_UNDO), 0);
    writer_check(w);
}

WRITER_CLAIM(changes_of_other_clients_in_the_same_turn_stay)
{
    struct writer *w = *state;
    struct id a = writer_place(w, "a.wav", 1);
    struct edit before = { .id = a, .has_notes = true, .notes = TEXT("mine") };
    struct action actions[] = { name_action(a, "x"), favour_action(id_new()) };
    struct applied applied;
    struct fault fault;
    struct done done;

    assert_int_equal(edit_apply(&w->p, &before, EDIT_BY_PERSON, &done, &fault), ERR_OK);
    assert_int_equal(apply_actions(w, actions, 2, &applied, &fault), ERR_NOT_FOUND);
    assert_false(turn_is_broken(&w->p));
    writer_check(w);
    assert_true(text_is(writer_media(w, a).notes, "mine"));
    assert_true(text_is(writer_media(w, a).name, "a"));
    assert_int_equal(w->p.undo.at, 1);
}

WRITER_CLAIM(scopes_have_their_own_steps)
{
    struct writer *w = *state;
    struct id a = writer_place(w, "a.wav", 1), project = id_new();
    char room[ID_TEXT_SIZE];
    struct action action = favour_action(a), other = name_action(a, "x");
    struct persist_apply ask = { .scope = text_of(id_write(project, room)), .actions = { 1, &action } };
    struct applied applied;
    struct fault fault = { 0 };
    struct taken_back taken;

    assert_int_equal(apply_all(&w->p, &ask, &applied, &fault), ERR_OK);
    assert_int_equal(apply_actions(w, &other, 1, &applied, &fault), ERR_OK);
    writer_check(w);
    assert_int_equal(take_back(w, project, true, &taken, &fault), ERR_OK);
    assert_false(writer_media(w, a).favourite);
    assert_true(text_is(writer_media(w, a).name, "x"));
    assert_int_equal(take_back(w, project, true, &taken, &fault), ERR_NOT_FOUND);
    assert_int_equal(take_back(w, catalogue, true, &taken, &fault), ERR_OK);
    assert_true(text_is(writer_media(w, a).name, "a"));
    ask.scope = TEXT("moves");
    assert_int_equal(apply_all(&w->p, &ask, &applied, &fault), ERR_BAD_REQUEST);
    ask.scope = TEXT("elsewhere");
    assert_int_equal(apply_all(&w->p, &ask, &applied, &fault), ERR_BAD_REQUEST);
    assert_string_equal(fault.field, "scope");
    writer_check(w);
}

WRITER_CLAIM(undo_to_a_step_takes_it_and_all_later_ones_back)
{
    struct writer *w = *state;
    struct id a = writer_place(w, "a.wav", 1);
    struct action one = name_action(a, "one"), two[] = { name_action(a, "two"), favour_action(a) },
                  three = name_action(a, "three");
    struct applied applied;
    struct fault fault;
    struct taken_back taken;

    assert_int_equal(apply_actions(w, &one, 1, &applied, &fault), ERR_OK);
    assert_int_equal(apply_actions(w, two, 2, &applied, &fault), ERR_OK);
    const uint64_t step = applied.step;
    assert_int_equal(apply_actions(w, &three, 1, &applied, &fault), ERR_OK);
    assert_int_equal(undo_take_to(&w->p, catalogue, step + 1, &taken, &fault), ERR_NOT_FOUND);
    assert_int_equal(undo_take_to(&w->p, catalogue, 99, &taken, &fault), ERR_NOT_FOUND);
    assert_int_equal(undo_take_to(&w->p, catalogue, step, &taken, &fault), ERR_OK);
    assert_int_equal(taken.steps, 2);
    assert_int_equal(taken.items, 3);
    assert_true(text_is(writer_media(w, a).name, "one"));
    assert_false(writer_media(w, a).favourite);
    assert_int_equal(undo_take_to(&w->p, catalogue, step, &taken, &fault), ERR_CONFLICT);
    assert_int_equal(take_back(w, catalogue, false, &taken, &fault), ERR_OK);
    assert_int_equal(taken.step, step);
    assert_true(text_is(writer_media(w, a).name, "two"));
    writer_check(w);
}

WRITER_CLAIM(undo_to_a_step_is_all_or_none)
{
    struct writer *w = *state;
    struct id a = writer_place(w, "a.wav", 1);
    struct action moved = move_action(w, a, "b.wav"), named = name_action(a, "x");
    struct applied applied;
    struct fault fault;
    struct taken_back taken;

    assert_int_equal(apply_actions(w, &moved, 1, &applied, &fault), ERR_OK);
    assert_int_equal(apply_actions(w, &named, 1, &applied, &fault), ERR_OK);
    writer_place(w, "a.wav", 2); /* its old place is taken */
    assert_int_equal(undo_take_to(&w->p, catalogue, 1, &taken, &fault), ERR_CONFLICT);
    assert_non_null(strstr(fault.what, "has that place"));
    assert_true(text_is(writer_media(w, a).name, "x"));
    assert_false(turn_is_broken(&w->p));
    writer_check(w);
}

WRITER_CLAIM(a_followed_move_is_taken_back_and_not_followed_again)
{
    struct writer *w = *state;
    struct id a = writer_place(w, "a.wav", 1);
    struct action moved = move_action(w, a, "b.wav");
    struct outcome outcome = { 0 };
    struct fault fault = { 0 };
    struct taken_back taken;

    assert_int_equal(places_move(&w->p, &moved.move, &outcome, &fault), ERR_OK);
    assert_int_equal(take_back(w, catalogue, true, &taken, &fault), ERR_NOT_FOUND); /* it was not done by a person */
    assert_int_equal(undo_take_only(&w->p, 1, &taken, &fault), ERR_OK);
    assert_true(bytes_equal(writer_media(w, a).file, bytes_of("a.wav", 5)));
    assert_int_equal(writer_media(w, a).availability.value, ITEM_STATE_MISSING);
    assert_int_equal(places_move(&w->p, &moved.move, &outcome, &fault), ERR_DENIED);
    assert_int_equal(undo_take_only(&w->p, 1, &taken, &fault), ERR_CONFLICT);
    assert_int_equal(take_back(w, undo_moves, true, &taken, &fault), ERR_NOT_FOUND); /* it is skipped */
    writer_check(w);
}

WRITER_CLAIM(a_move_that_merged_two_records_is_taken_back_too)
{
    struct writer *w = *state;
    struct id a = writer_place(w, "a.wav", 1), b = writer_place(w, "b.wav", 1);
    struct action moved = move_action(w, a, "b.wav");
    struct outcome outcome = { 0 };
    struct fault fault = { 0 };
    struct taken_back taken;

    assert_int_equal(places_move(&w->p, &moved.move, &outcome, &fault), ERR_OK);
    assert_true(id_equal(outcome.id, a));
    assert_int_equal(undo_take_only(&w->p, 1, &taken, &fault), ERR_OK);
    assert_true(bytes_equal(writer_media(w, a).file, bytes_of("a.wav", 5)));
    struct id fresh = writer_place(w, "b.wav", 1);
    assert_false(id_equal(fresh, a) || id_equal(fresh, b));
    assert_int_equal(places_move(&w->p, &moved.move, &outcome, &fault), ERR_DENIED);
    writer_check(w);
}

WRITER_CLAIM(undo_skips_and_counts_the_items_of_a_step_that_are_gone)
{
    struct writer *w = *state;
    struct id a = writer_place(w, "a.wav", 1), b = writer_place(w, "b.wav", 1);
    struct action actions[] = { favour_action(a), favour_action(b) };
    struct applied applied;
    struct fault fault;
    struct taken_back taken;

    assert_int_equal(apply_actions(w, actions, 2, &applied, &fault), ERR_OK);
    struct media media = writer_media(w, b);
    assert_int_equal(catalogue_remove_media(&w->p.w, &media), ERR_OK);
    assert_int_equal(take_back(w, catalogue, true, &taken, &fault), ERR_OK);
    assert_int_equal(taken.items, 1);
    assert_int_equal(taken.gone, 1);
    assert_false(writer_media(w, a).favourite);
    assert_int_equal(take_back(w, catalogue, false, &taken, &fault), ERR_OK);
    media = writer_media(w, a);
    assert_int_equal(catalogue_remove_media(&w->p.w, &media), ERR_OK);
    assert_int_equal(undo_take_to(&w->p, catalogue, 1, &taken, &fault), ERR_CONFLICT);
    assert_non_null(strstr(fault.what, "no longer in the catalogue"));
}

WRITER_CLAIM(work_past_the_bound_is_refused_before_it_begins)
{
    enum { MANY = 4096, FACTS = 64 };
    struct writer *w = *state;
    struct id a = writer_place(w, "a.wav", 1);
    struct fact facts[FACTS];
    char names[FACTS][8], words[1000];
    struct edit large = { .id = a, .facts = { FACTS, facts } };
    struct action *actions = calloc(MANY, sizeof(*actions));
    struct applied applied;
    struct fault fault;
    struct done done;

    assert_non_null(actions);
    memset(words, 'x', sizeof(words));
    for (int i = 0; i < FACTS; i++) {
        snprintf(names[i], sizeof(names[i]), "f%d", i);
        facts[i] = (struct fact){ .attribute = text_of(names[i]), .has_text = true, .text = { 1000, words } };
    }
    assert_int_equal(edit_apply(&w->p, &large, EDIT_BY_PERSON, &done, &fault), ERR_OK);
    struct text tag = TEXT("warm");
    for (int i = 0; i < MANY; i++)
        actions[i] = (struct action){ .has_edit = true, .edit = { .id = a, .add_tags = { 1, &tag } } };
    uint64_t writes = w->p.writes;
    assert_int_equal(apply_actions(w, actions, MANY, &applied, &fault), ERR_TOO_LARGE);
    assert_int_equal(w->p.writes, writes);
    assert_int_equal(apply_actions(w, actions, 16, &applied, &fault), ERR_OK);
    free(actions);
    writer_check(w);
}

WRITER_CLAIM(more_than_4096_actions_on_items_are_not_done_together)
{
    enum { MOST = 4096 };
    struct writer *w = *state;
    struct id a = writer_place(w, "a.wav", 1);
    struct action *actions = calloc(MOST + 1, sizeof(*actions));
    struct text tag = TEXT("warm");
    struct applied applied;
    struct fault fault;

    assert_non_null(actions);
    for (int i = 0; i <= MOST; i++)
        actions[i] = (struct action){ .has_edit = true, .edit = { .id = a, .add_tags = { 1, &tag } } };
    uint64_t writes = w->p.writes;
    assert_int_equal(apply_actions(w, actions, MOST + 1, &applied, &fault), ERR_TOO_LARGE);
    assert_non_null(strstr(fault.what, "4096"));
    assert_int_equal(w->p.writes, writes);
    assert_int_equal(apply_actions(w, actions, MOST, &applied, &fault), ERR_OK);
    free(actions);
    writer_check(w);
}

/* Undoes or redoes all parts of one step; returns the operations. */
static uint64_t take_all(struct writer *w, bool back)
{
    struct taken_back taken;
    struct fault fault = { 0 };
    uint64_t items = 0;
    bool is_cut = true;

    while (is_cut && undo_take(&w->p, catalogue, back, &is_cut, &taken, &fault) == ERR_OK) {
        assert_int_equal(taken.step, 1);
        assert_true(text_is(taken.label, "Several"));
        items += taken.items;
    }
    return items;
}

WRITER_CLAIM(of_a_step_with_more_rows_than_are_kept_the_kept_ones_are_taken_back)
{
    enum { TOGETHER = 4000, TIMES = 3 };
    struct writer *w = *state;
    struct id a = writer_place(w, "a.wav", 1);
    struct action *actions = calloc(TOGETHER, sizeof(*actions));
    struct persist_apply ask = { .label = TEXT("Several"), .actions = { TOGETHER, actions }, .step = 1 };
    const struct step_range all = { .scope = catalogue, .limit = 10 };
    struct step_line_list lines = { 0 };
    struct applied applied;
    struct fault fault = { 0 };

    assert_non_null(actions);
    for (int i = 0; i < TOGETHER; i++)
        actions[i] = name_action(a, i % 2 ? "x" : "y");
    for (int i = 0; i < TIMES; i++) {
        ask.has_step = i > 0;
        assert_int_equal(apply_all(&w->p, &ask, &applied, &fault), ERR_OK);
        assert_int_equal(applied.step, 1);
    }
    free(actions);
    assert_int_equal(w->p.person_steps.count, 1);
    assert_int_equal(w->p.person_steps.at[0].items, TIMES * TOGETHER);
    assert_int_equal(undo_save(&w->p), ERR_OK);
    assert_int_equal(steps_list(w->p.w.txn, &w->p.arena, &all, &lines), ERR_OK);
    assert_int_equal(lines.count, 1);
    assert_int_equal(lines.at[0].step, 1);
    assert_int_equal(lines.at[0].items, UNDO_STEPS);
    assert_true(text_is(lines.at[0].label, "Several"));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(take_all(w, true), UNDO_STEPS);
        assert_int_equal(take_all(w, true), 0);
        assert_int_equal(take_all(w, false), UNDO_STEPS);
    }
    writer_check(w);
}
