/* Two records of one file become one, and an item that a person forgets is removed. */
#include "services/persist/edit/edit.h"
#include "services/persist/places/analysis.h"
#include "services/persist/places/merge.h"
#include "services/persist/places/removal.h"
#include "store/uses.h"
#include "tests/unit/claim.h"
#include "tests/unit/persist/writer.h"

static const uint8_t content_a[16] = "content number a", content_b[16] = "content number b";

static void analyse_content(struct writer *w, struct id id, const uint8_t content[16], double bpm)
{
    struct fact fact = writer_number(SOURCE_ANALYSIS, "bpm", bpm);
    struct analysed a = { .id = id, .size = 1, .mtime = 1, .analyser = 1, .container = TEXT("wav") };
    struct outcome outcome = { 0 };

    a.state.value = ANALYSIS_STATE_DONE;
    a.content = bytes_of(content, 16);
    a.facts = (struct fact_list){ 1, &fact };
    assert_int_equal(analysis_put(&w->p, &a, &outcome, NULL), ERR_OK);
}

static void edit_items(struct writer *w, const struct edit *edit)
{
    struct done done;

    assert_int_equal(edit_apply(&w->p, edit, EDIT_BY_PERSON, &done, NULL), ERR_OK);
}

static enum err merge_both(struct writer *w, struct id gone, struct id there, struct outcome *outcome)
{
    struct media left = writer_media(w, gone), found = writer_media(w, there);
    struct fault fault = { 0 };

    *outcome = (struct outcome){ 0 };
    return merge_items(&w->p, &left, &found, outcome, &fault);
}

static bool is_known(struct writer *w, struct id id)
{
    struct media media;

    return catalogue_media(w->p.w.txn, &w->p.arena, id, &media) == ERR_OK;
}

/* The older id gets the file of the other, whichever of the two lost its place. */
WRITER_CLAIM(the_older_id_is_kept_at_the_place_of_the_file)
{
    struct writer *w = *state;
    struct outcome outcome;

    for (int turn = 0; turn < 2; turn++) {
        const char *names[] = { turn ? "a.wav" : "c.wav", turn ? "b.wav" : "d.wav" };
        struct id older = writer_place(w, names[0], 1), younger = writer_place(w, names[1], 1);
        analyse_content(w, older, content_a, 100);
        analyse_content(w, younger, content_a, 100);
        assert_int_equal(turn ? merge_both(w, older, younger, &outcome) : merge_both(w, younger, older, &outcome),
                         ERR_OK);
        assert_true(id_equal(outcome.id, older));
        assert_true(is_known(w, older) && !is_known(w, younger));
        assert_true(bytes_equal(writer_media(w, older).file, bytes_of(names[turn], 5)));
        assert_int_equal(writer_media(w, older).revision, outcome.revision);
        assert_false(outcome.stale);
        writer_check(w);
    }
}

WRITER_CLAIM(items_of_two_contents_stay_two)
{
    struct writer *w = *state;
    struct id one = writer_place(w, "one.wav", 1), other = writer_place(w, "other.wav", 1);
    struct outcome outcome;

    analyse_content(w, one, content_a, 100);
    analyse_content(w, other, content_b, 100);
    assert_int_equal(merge_both(w, one, other, &outcome), ERR_EXISTS);
    assert_true(is_known(w, one) && is_known(w, other));
    writer_check(w);
}

WRITER_CLAIM(without_a_content_size_and_time_decide_and_the_analysis_stays)
{
    struct writer *w = *state;
    struct id heard = writer_place(w, "heard.wav", 1), fresh = writer_place(w, "fresh.wav", 1),
              large = writer_place(w, "large.wav", 2);
    struct outcome outcome;

    analyse_content(w, heard, content_a, 100);
    assert_int_equal(merge_both(w, heard, large, &outcome), ERR_EXISTS);
    assert_int_equal(merge_both(w, heard, fresh, &outcome), ERR_OK);
    assert_false(outcome.stale);
    assert_true(bytes_equal(writer_media(w, heard).content, bytes_of(content_a, 16)));
    assert_int_equal(writer_media(w, heard).analysis.value, ANALYSIS_STATE_DONE);
    assert_int_equal(writer_fact(w, heard, SOURCE_ANALYSIS, "bpm")->number, 100);
    writer_check(w);
}

static void put_use(struct writer *w, struct id context, struct id media, struct text role, bool ended)
{
    const struct use use = { .media = media, .role = role, .at = 1, .ended = ended };

    assert_int_equal(uses_put(&w->p.w, context, &use), ERR_OK);
}

WRITER_CLAIM(the_kept_item_is_used_wherever_either_was)
{
    struct writer *w = *state;
    struct id older = writer_place(w, "a.wav", 1), younger = writer_place(w, "b.wav", 1);
    const struct context song = { .id = id_new(), .kind.value = CONTEXT_KIND_NAMED, .name = TEXT("Song") };
    struct outcome outcome;
    struct use found;

    assert_int_equal(uses_put_context(&w->p.w, &song), ERR_OK);
    put_use(w, song.id, older, TEXT("drums"), false);
    put_use(w, song.id, younger, TEXT("drums"), true);
    put_use(w, song.id, younger, TEXT("bass"), false);
    analyse_content(w, older, content_a, 100);
    analyse_content(w, younger, content_a, 100);
    assert_int_equal(merge_both(w, younger, older, &outcome), ERR_OK);
    for (int i = 0; i < 2; i++) {
        const struct use sought = { .media = older, .role = i ? TEXT("bass") : TEXT("drums") };
        assert_int_equal(uses_read(w->p.w.txn, &w->p.arena, song.id, &sought, &found), ERR_OK);
        assert_false(found.ended);
    }
    writer_check(w);
}

/* If both items have a value, the value of the older item is kept. A value that only one item has is kept too. */
WRITER_CLAIM(a_merge_keeps_the_facts_of_a_person_about_either_item)
{
    struct writer *w = *state;
    struct id older = writer_place(w, "older.wav", 1), younger = writer_place(w, "younger.wav", 1);
    struct fact first[] = { writer_number(SOURCE_USER, "bpm", 90) };
    struct fact second[] = { writer_number(SOURCE_USER, "bpm", 180), writer_number(SOURCE_USER, "rating", 4) };
    struct text warm[] = { TEXT("warm"), TEXT("low") }, loud[] = { TEXT("loud"), TEXT("warm") };
    struct outcome outcome;

    edit_items(w, &(struct edit){ .id = older, .facts = { 1, first }, .add_tags = { 2, warm } });
    edit_items(w, &(struct edit){ .id = younger,
                                  .facts = { 2, second },
                                  .add_tags = { 2, loud },
                                  .has_notes = true,
                                  .notes = TEXT("of the younger"),
                                  .has_favourite = true,
                                  .favourite = true });
    assert_int_equal(merge_both(w, younger, older, &outcome), ERR_OK);
    assert_int_equal(writer_fact(w, older, SOURCE_USER, "bpm")->number, 90);
    assert_int_equal(writer_fact(w, older, SOURCE_USER, "rating")->number, 4);
    assert_int_equal(writer_media(w, older).tags.count, 3);
    assert_true(text_is(writer_media(w, older).notes, "of the younger"));
    assert_true(writer_media(w, older).favourite);
    writer_check(w);
}

static struct text name_of(struct writer *w, struct id id)
{
    return writer_media(w, id).name;
}

WRITER_CLAIM(a_merge_keeps_the_name_the_pack_and_the_marks_of_a_person_about_either_item)
{
    struct writer *w = *state;
    const struct library library = { .id = w->folder, .path = bytes_of("/music", 6), .online = true };
    struct outcome outcome;
    struct done done;

    assert_int_equal(folders_put_library(&w->p, &(struct persist_put_library){ .library = library }, &done, NULL),
                     ERR_OK);
    for (int turn = 0; turn < 4; turn++) {
        char files[2][16];
        for (int i = 0; i < 2; i++)
            snprintf(files[i], sizeof(files[i]), "%s%d.wav", i ? "younger" : "older", turn);
        struct id older = writer_place(w, files[0], 1), younger = writer_place(w, files[1], 1);
        bool older_is_written = turn & 1, younger_is_gone = turn & 2;
        edit_items(w, &(struct edit){ .id = younger,
                                      .has_name = true,
                                      .name = TEXT("younger name"),
                                      .has_pack = true,
                                      .pack = TEXT("younger pack"),
                                      .has_origin = true,
                                      .origin.value = ORIGIN_RECORDED,
                                      .has_hidden = true,
                                      .hidden = true });
        if (older_is_written)
            edit_items(w, &(struct edit){ .id = older,
                                          .has_name = true,
                                          .name = TEXT("older name"),
                                          .has_pack = true,
                                          .pack = TEXT("older pack") });
        assert_int_equal(younger_is_gone ? merge_both(w, younger, older, &outcome)
                                         : merge_both(w, older, younger, &outcome),
                         ERR_OK);
        assert_true(text_is(name_of(w, older), older_is_written ? "older name" : "younger name"));
        assert_true(text_is(writer_media(w, older).pack, older_is_written ? "older pack" : "younger pack"));
        assert_true(writer_media(w, older).hidden);
        assert_int_equal(writer_media(w, older).origin.value, ORIGIN_RECORDED);
        writer_check(w);
    }
}

WRITER_CLAIM(a_merge_gives_the_title_and_the_pack_of_the_place_if_no_person_wrote_them)
{
    struct writer *w = *state;
    const struct library library = { .id = w->folder, .path = bytes_of("/music", 6), .online = true };
    struct folder outer, pack = { .parent = w->folder, .name = bytes_of("Kit", 3) };
    struct outcome outcome;
    struct done done;

    assert_int_equal(folders_put_library(&w->p, &(struct persist_put_library){ .library = library }, &done, NULL),
                     ERR_OK);
    assert_int_equal(catalogue_folder(w->p.w.txn, &w->p.arena, w->folder, &outer), ERR_OK);
    pack.volume = outer.volume;
    assert_int_equal(folders_put(&w->p, &pack, &done, NULL), ERR_OK);
    struct id older = writer_place(w, "older.wav", 1), younger = writer_place(w, "younger.wav", 1);
    edit_items(w, &(struct edit){ .id = older, .has_pack = true, .pack = TEXT("music") });
    const struct move move = { .id = younger, .folder = done.id, .file = bytes_of("moved.wav", 9) };
    edit_items(w, &(struct edit){ .id = younger, .has_pack = true, .pack = TEXT("music") });
    assert_int_equal(places_move(&w->p, &move, &outcome, NULL), ERR_OK);
    assert_true(text_is(writer_media(w, younger).pack, "Kit"));
    assert_int_equal(merge_both(w, older, younger, &outcome), ERR_OK);
    assert_true(text_is(name_of(w, older), "moved"));
    assert_true(text_is(writer_media(w, older).pack, "Kit"));
    writer_check(w);
}

WRITER_CLAIM(a_forgotten_item_is_gone_and_its_place_is_free)
{
    struct writer *w = *state;
    struct id one = writer_place(w, "one.wav", 1), copy = writer_place(w, "copy.wav", 1);
    struct done done;

    analyse_content(w, one, content_a, 100);
    analyse_content(w, copy, content_a, 100);
    assert_int_equal(removal_forget(&w->p, one, &done, NULL), ERR_OK);
    assert_true(id_equal(done.id, one));
    assert_int_equal(done.revision, w->p.head);
    assert_false(is_known(w, one));
    assert_int_equal(writer_fact(w, copy, SOURCE_ANALYSIS, "bpm")->number, 100); /* the facts belong to the content */
    assert_false(id_equal(writer_place(w, "one.wav", 1), one));
    writer_check(w);
    assert_int_equal(removal_forget(&w->p, copy, &done, NULL), ERR_OK);
    writer_check(w); /* the facts were removed with the last item of that content */
}

WRITER_CLAIM(an_unknown_item_cannot_be_forgotten)
{
    struct writer *w = *state;
    struct fault fault = { 0 };
    struct done done;
    uint64_t head = w->p.head;

    assert_int_equal(removal_forget(&w->p, id_new(), &done, &fault), ERR_NOT_FOUND);
    assert_int_equal(w->p.head, head);
    writer_check(w);
}
