#include "proto/wire/codec.h"
#include "services/persist/edit/edit.h"
#include "services/persist/edit/undo_stack.h"
#include "services/persist/places/removal.h"
#include "services/persist/steps/undo.h"
#include "store/catalogue_facts.h"
#include "tests/unit/claim.h"
#include "tests/unit/persist/writer.h"

static enum err take_back(struct writer *w, bool back, struct taken_back *taken)
{
    bool is_cut;

    return undo_take(&w->p, (struct id){ 0 }, back, &is_cut, taken, NULL);
}

static struct text words[] = { { 4, "warm" }, { 5, "short" }, { 4, "warm" }, { 4, "late" } };

static struct done edit_items(struct writer *w, const struct edit *e)
{
    struct done done;
    struct fault fault = { 0 };

    if (edit_apply(&w->p, e, EDIT_BY_PERSON, &done, &fault) != ERR_OK)
        fail_msg("%s", fault.what);
    return done;
}

/* Everything that an edit may change, as bytes: the record without its revision, and the item's own facts. */
static struct bytes read_picture(struct writer *w, struct id id)
{
    struct media media = writer_media(w, id);
    struct facts facts;
    struct buffer buffer = { 0 };

    media.revision = 0;
    assert_int_equal(codec_encode(&media_shape, &media, &buffer, NULL), ERR_OK);
    assert_int_equal(catalogue_subject_facts(w->p.w.txn, &w->p.arena, bytes_of(id.b, 16), &facts), ERR_OK);
    for (uint32_t i = 0; i < facts.each.count; i++)
        assert_int_equal(codec_encode(&fact_shape, &facts.each.at[i], &buffer, NULL), ERR_OK);
    struct bytes copy = arena_bytes(&w->p.arena, buffer_bytes(&buffer));
    buffer_free(&buffer);
    return copy;
}

static struct edit all_fields(struct id id, struct fact *facts, struct text *clear)
{
    return (struct edit){
        .id = id,
        .has_name = true,
        .name = TEXT("Kick"),
        .has_pack = true,
        .pack = TEXT("808"),
        .has_notes = true,
        .notes = TEXT("flat"),
        .has_origin = true,
        .origin = { .value = ORIGIN_RECORDED },
        .has_favourite = true,
        .favourite = true,
        .has_hidden = true,
        .hidden = true,
        .add_tags = { 2, words + 2 },
        .remove_tags = { 1, words + 1 },
        .facts = { 2, facts },
        .clear_facts = { 1, clear },
    };
}

WRITER_CLAIM(tags_are_sorted_and_single)
{
    struct writer *w = *state;
    struct id id = writer_place(w, "kick.wav", 1);

    edit_items(w, &(struct edit){ .id = id, .add_tags = { 4, words } });
    struct text_list tags = writer_media(w, id).tags;
    assert_int_equal(tags.count, 3);
    assert_true(text_is(tags.at[0], "late") && text_is(tags.at[1], "short") && text_is(tags.at[2], "warm"));
}

WRITER_CLAIM(undo_and_redo_restore_every_field)
{
    struct writer *w = *state;
    struct id id = writer_place(w, "kick.wav", 1);
    struct fact first[] = { writer_number(SOURCE_USER, "bpm", 90), writer_number(SOURCE_USER, "year", 1999) };
    struct fact second[] = { writer_number(SOURCE_USER, "bpm", 120), writer_number(SOURCE_USER, "rating", 3) };
    struct text clear = TEXT("year");
    struct taken_back taken;

    edit_items(w, &(struct edit){ .id = id, .add_tags = { 2, words }, .facts = { 2, first } });
    struct bytes before = read_picture(w, id);
    struct edit whole = all_fields(id, second, &clear);
    edit_items(w, &whole);
    struct bytes after = read_picture(w, id);
    assert_false(bytes_equal(before, after));
    assert_null(writer_fact(w, id, SOURCE_USER, "year"));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(take_back(w, true, &taken), ERR_OK);
        assert_int_equal(writer_fact(w, id, SOURCE_USER, "bpm")->number, 90);
        assert_non_null(writer_fact(w, id, SOURCE_USER, "year"));
        assert_null(writer_fact(w, id, SOURCE_USER, "rating"));
        assert_int_equal(writer_media(w, id).tags.count, 2);
        assert_true(text_is(writer_media(w, id).name, "kick"));
        assert_int_equal(take_back(w, false, &taken), ERR_OK);
        assert_true(text_is(writer_media(w, id).name, "Kick"));
    }
    assert_int_equal(read_picture(w, id).len, after.len);
    assert_int_equal(undo_save(&w->p), ERR_OK);
    writer_check(w);
}

WRITER_CLAIM(an_edit_that_changes_nothing_uses_no_revision)
{
    struct writer *w = *state;
    struct id id = writer_place(w, "kick.wav", 1);
    struct edit same = { .id = id, .has_name = true, .name = TEXT("kick"), .remove_tags = { 1, words } };
    uint64_t head = w->p.head;
    struct done done = edit_items(w, &same);

    assert_int_equal(w->p.head, head);
    struct taken_back taken;
    assert_int_equal(done.revision, writer_media(w, id).revision);
    assert_int_equal(take_back(w, true, &taken), ERR_NOT_FOUND);
}

WRITER_CLAIM(a_step_whose_item_is_gone_is_passed_over)
{
    struct writer *w = *state;
    struct id kept = writer_place(w, "a.wav", 1), gone = writer_place(w, "b.wav", 1);
    struct taken_back taken;

    edit_items(w, &(struct edit){ .id = kept, .has_name = true, .name = TEXT("x") });
    edit_items(w, &(struct edit){ .id = gone, .has_name = true, .name = TEXT("y") });
    struct media media = writer_media(w, gone);
    assert_int_equal(catalogue_remove_media(&w->p.w, &media), ERR_OK);
    assert_int_equal(take_back(w, true, &taken), ERR_OK);
    assert_true(id_equal(taken.id, kept));
    assert_true(text_is(writer_media(w, kept).name, "a"));
}

static void label_item(struct writer *w, struct id id)
{
    char text[ID_TEXT_SIZE];
    struct fact fact = { .attribute = TEXT("labels_written"), .has_text = true };

    fact.source.value = SOURCE_USER;
    fact.text = text_of(id_write(id_new(), text));
    edit_items(w, &(struct edit){ .id = id, .facts = { 1, &fact } });
}

/* The client sees to the files of the step that is passed over, not to those of the next one. */
WRITER_CLAIM(a_step_that_wrote_into_files_is_not_taken_with_one_that_is_passed_over)
{
    struct writer *w = *state;
    struct id labelled = writer_place(w, "labelled.wav", 1), below = writer_place(w, "below.wav", 1),
              above = writer_place(w, "above.wav", 1);
    struct taken_back taken;
    struct done done;

    edit_items(w, &(struct edit){ .id = below, .has_name = true, .name = TEXT("x") });
    label_item(w, labelled);
    edit_items(w, &(struct edit){ .id = above, .has_name = true, .name = TEXT("x") });
    assert_int_equal(removal_forget(&w->p, above, &done, NULL), ERR_OK);
    assert_int_equal(take_back(w, true, &taken), ERR_OK);
    assert_int_equal(taken.step, 3);
    assert_int_equal(taken.items, 0);
    assert_int_equal(taken.gone, 1);
    assert_non_null(writer_fact(w, labelled, SOURCE_USER, "labels_written"));
    assert_int_equal(take_back(w, true, &taken), ERR_OK);
    assert_int_equal(taken.step, 2);
    assert_null(writer_fact(w, labelled, SOURCE_USER, "labels_written"));
    assert_int_equal(take_back(w, true, &taken), ERR_OK);
    assert_int_equal(removal_forget(&w->p, below, &done, NULL), ERR_OK);
    assert_int_equal(take_back(w, false, &taken), ERR_OK);
    assert_int_equal(taken.step, 1);
    assert_int_equal(taken.items, 0);
    assert_null(writer_fact(w, labelled, SOURCE_USER, "labels_written"));
    assert_int_equal(take_back(w, false, &taken), ERR_OK);
    assert_non_null(writer_fact(w, labelled, SOURCE_USER, "labels_written"));
    writer_check(w);
}

WRITER_CLAIM(an_impossible_edit_is_refused_before_a_write)
{
    struct writer *w = *state;
    struct id id = writer_place(w, "kick.wav", 1);
    struct fact zero = writer_number(SOURCE_USER, "bpm", 0), nothing = { .attribute = TEXT("bpm") };
    struct text empty = { 0 };
    const struct edit bad[] = {
        { .id = id, .facts = { 1, &zero } },
        { .id = id, .facts = { 1, &nothing } },
        { .id = id, .add_tags = { 1, &empty } },
    };
    struct fault fault = { 0 };
    struct done done;
    uint64_t head = w->p.head;

    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_int_equal(edit_apply(&w->p, &bad[i], EDIT_BY_PERSON, &done, &fault), ERR_BAD_REQUEST);
    assert_int_equal(w->p.head, head);
    writer_check(w);
}

WRITER_CLAIM(the_257th_tag_is_refused)
{
    struct writer *w = *state;
    struct id id = writer_place(w, "kick.wav", 1);
    struct text tags[257];
    struct done done;

    for (int i = 0; i < 257; i++)
        tags[i] = arena_printf(&w->p.arena, "tag %d", i);
    edit_items(w, &(struct edit){ .id = id, .add_tags = { 256, tags } });
    struct edit more = { .id = id, .add_tags = { 1, tags + 256 } };
    assert_int_equal(edit_apply(&w->p, &more, EDIT_BY_PERSON, &done, NULL), ERR_TOO_LARGE);
    assert_false(turn_is_broken(&w->p));
}
