#include "services/persist/edit/edit.h"
#include "services/persist/places/analysis.h"
#include "services/persist/places/places_lookup.h"
#include "store/artefact.h"
#include "tests/unit/claim.h"
#include "tests/unit/persist/writer.h"

static const uint8_t content_a[16] = "content number a", content_b[16] = "content number b";

static struct analysed make_analysed(struct id id, uint64_t analyser, struct fact *facts, uint32_t count)
{
    struct analysed a = { .id = id, .size = 1, .mtime = 1, .analyser = analyser, .container = TEXT("wav") };

    a.state.value = ANALYSIS_STATE_DONE;
    a.content = bytes_of(content_a, 16);
    a.facts = (struct fact_list){ count, facts };
    return a;
}

static struct outcome put_analysed(struct writer *w, const struct analysed *a)
{
    struct outcome outcome = { 0 };
    struct fault fault = { 0 };

    if (analysis_put(&w->p, a, &outcome, &fault) != ERR_OK)
        fail_msg("%s", fault.what);
    return outcome;
}

WRITER_CLAIM(an_analysis_never_touches_what_a_person_said)
{
    struct writer *w = *state;
    struct id id = writer_place(w, "kick.wav", 1);
    struct fact own = writer_number(SOURCE_USER, "bpm", 90);
    struct fact heard[] = { writer_number(SOURCE_ANALYSIS, "bpm", 120), writer_number(SOURCE_FILE, "bpm", 100) };
    struct edit edit = { .id = id, .facts = { 1, &own } };
    struct analysed a = make_analysed(id, 1, heard, 2);
    struct done done;

    assert_int_equal(edit_apply(&w->p, &edit, EDIT_BY_PERSON, &done, NULL), ERR_OK);
    put_analysed(w, &a);
    a = make_analysed(id, 2, heard, 1);
    put_analysed(w, &a);
    assert_int_equal(writer_fact(w, id, SOURCE_USER, "bpm")->number, 90);
    assert_int_equal(writer_fact(w, id, SOURCE_ANALYSIS, "bpm")->number, 120);
    assert_null(writer_fact(w, id, SOURCE_FILE, "bpm")); /* the file no longer contains it */
    assert_int_equal(writer_media(w, id).analysis.value, ANALYSIS_STATE_DONE);
    writer_check(w);
}

WRITER_CLAIM(the_newest_analyser_of_a_content_wins)
{
    struct writer *w = *state;
    struct id one = writer_place(w, "one.wav", 1), two = writer_place(w, "two.wav", 1);
    struct fact newer = writer_number(SOURCE_ANALYSIS, "bpm", 120), older = writer_number(SOURCE_ANALYSIS, "bpm", 60);
    struct analysed a = make_analysed(one, 5, &newer, 1);

    put_analysed(w, &a);
    a = make_analysed(two, 4, &older, 1);
    put_analysed(w, &a);
    assert_int_equal(writer_fact(w, two, SOURCE_ANALYSIS, "bpm")->number, 120);
    assert_int_equal(writer_media(w, two).analyser, 5);
    a = make_analysed(two, 5, NULL, 0); /* a copy that was only hashed */
    put_analysed(w, &a);
    assert_int_equal(writer_fact(w, one, SOURCE_ANALYSIS, "bpm")->version, 5);
    writer_check(w);
}

WRITER_CLAIM(a_value_outside_its_range_is_kept_but_not_shown)
{
    struct writer *w = *state;
    struct id id = writer_place(w, "loop.wav", 1);
    struct fact facts[] = { writer_number(SOURCE_FILE, "bpm", 0), writer_number(SOURCE_ANALYSIS, "lufs", -9) };
    struct analysed a = make_analysed(id, 1, facts, 2);

    put_analysed(w, &a);
    assert_false(writer_fact(w, id, SOURCE_FILE, "bpm")->shown);
}

WRITER_CLAIM(an_analysis_of_a_file_that_changed_since_is_ignored)
{
    struct writer *w = *state;
    struct id id = writer_place(w, "kick.wav", 1);
    struct analysed a = make_analysed(id, 1, NULL, 0);
    uint64_t head = w->p.head;

    a.size = 2;
    assert_true(put_analysed(w, &a).stale);
    assert_int_equal(w->p.head, head);
    assert_int_equal(writer_media(w, id).analysis.value, ANALYSIS_STATE_WAITING);
}

/* As a removal does after the hash of a copy and before the copy's batch. */
static void forget_item(struct writer *w, struct id id)
{
    struct media media = writer_media(w, id);

    assert_int_equal(catalogue_remove_media(&w->p.w, &media), ERR_OK);
}

WRITER_CLAIM(an_analysis_taken_by_content_needs_the_facts_of_that_content)
{
    struct writer *w = *state;
    struct id one = writer_place(w, "one.wav", 1), two = writer_place(w, "two.wav", 1);
    struct fact heard = writer_number(SOURCE_ANALYSIS, "bpm", 120), file = writer_number(SOURCE_FILE, "bpm", 9);
    struct analysed a = make_analysed(one, 1, &heard, 1), copy = make_analysed(two, 1, &file, 1);

    put_analysed(w, &a);
    forget_item(w, one);
    assert_true(put_analysed(w, &copy).stale);
    assert_int_equal(writer_media(w, two).analysis.value, ANALYSIS_STATE_WAITING);
    a.id = two;
    assert_false(put_analysed(w, &a).stale);
    assert_int_equal(writer_media(w, two).analysis.value, ANALYSIS_STATE_DONE);
    writer_check(w);
}

WRITER_CLAIM(an_analysis_taken_by_content_has_no_newer_analyser_than_its_facts)
{
    struct writer *w = *state;
    struct id one = writer_place(w, "one.wav", 1), two = writer_place(w, "two.wav", 1);
    struct fact heard = writer_number(SOURCE_ANALYSIS, "bpm", 120);
    struct analysed a = make_analysed(one, 1, &heard, 1), copy = make_analysed(two, 2, NULL, 0);

    put_analysed(w, &a);
    assert_true(put_analysed(w, &copy).stale);
    copy.analyser = 1;
    assert_false(put_analysed(w, &copy).stale);
    writer_check(w);
}

/* As older programs left them. */
WRITER_CLAIM(a_done_item_without_facts_takes_them)
{
    struct writer *w = *state;
    struct id one = writer_place(w, "one.wav", 1);
    struct fact heard = writer_number(SOURCE_ANALYSIS, "bpm", 120);
    struct media was = writer_media(w, one), bare = was;
    struct analysed a = make_analysed(one, 1, &heard, 1);

    bare.content = a.content;
    bare.analysis = a.state;
    bare.analyser = 1;
    assert_int_equal(catalogue_put_media(&w->p.w, &was, &bare), ERR_OK);
    assert_false(put_analysed(w, &a).stale);
    assert_non_null(writer_fact(w, one, SOURCE_ANALYSIS, "bpm"));
    writer_check(w);
}

WRITER_CLAIM(a_changed_file_keeps_its_analysis_until_the_next)
{
    struct writer *w = *state;
    struct id id = writer_place(w, "kick.wav", 1);
    struct fact heard = writer_number(SOURCE_ANALYSIS, "bpm", 120);
    struct fact other = writer_number(SOURCE_ANALYSIS, "lufs", -12);
    struct analysed a = make_analysed(id, 1, &heard, 1);

    put_analysed(w, &a);
    assert_true(id_equal(writer_place(w, "kick.wav", 2), id));
    assert_int_equal(writer_media(w, id).analysis.value, ANALYSIS_STATE_WAITING);
    assert_non_null(writer_fact(w, id, SOURCE_ANALYSIS, "bpm"));
    a.size = 2;
    a.content = bytes_of(content_b, 16);
    a.facts.at = &other;
    put_analysed(w, &a);
    assert_null(writer_fact(w, id, SOURCE_ANALYSIS, "bpm")); /* it belonged to another sound */
    writer_check(w);
}

/* As artefact_writer.c does before the turn. */
static void put_file(struct writer *w, struct bytes content, const struct artefact *artefact)
{
    struct artefact_files files = { 0 };

    assert_int_equal(artefact_write(w->p.paths, content, artefact, &files, NULL), ERR_OK);
    artefact_files_free(&files);
}

WRITER_CLAIM(an_artefact_dropped_and_made_again_in_one_turn_keeps_its_file)
{
    struct writer *w = *state;
    struct id one = writer_place(w, "one.wav", 1), two = writer_place(w, "two.wav", 1);
    uint8_t *data = calloc(4000, 1);
    struct artefact waveform = { .type = TEXT("waveform"), .version = 1, .data = bytes_of(data, 4000) };
    struct analysed a = make_analysed(one, 1, NULL, 0);

    a.artefacts = (struct artefact_list){ 1, &waveform };
    put_file(w, a.content, &waveform);
    put_analysed(w, &a);
    struct fact heard = writer_number(SOURCE_ANALYSIS, "bpm", 120);
    struct analysed other = make_analysed(one, 1, &heard, 1);
    other.content = bytes_of(content_b, 16);
    put_analysed(w, &other); /* content a has no item now */
    assert_true(w->p.w.dropped.len > 0);
    a.id = two;
    put_analysed(w, &a);
    for (size_t i = 0; i < w->p.w.dropped.len; i++)
        assert_int_equal(w->p.w.dropped.at[i], 0);
    writer_check(w);
    free(data);
}

/* Without a content, nothing could name its file in advance. */
WRITER_CLAIM(a_large_artefact_without_a_file_has_no_row)
{
    struct writer *w = *state;
    struct id id = writer_place(w, "one.wav", 1);
    uint8_t *data = calloc(4000, 1);
    struct artefact waveform = { .type = TEXT("waveform"), .version = 1, .data = bytes_of(data, 4000) };
    struct fact heard = writer_number(SOURCE_ANALYSIS, "bpm", 120);
    struct analysed a = make_analysed(id, 1, &heard, 1);
    struct outcome outcome = { 0 };
    struct fault fault = { 0 };

    put_analysed(w, &a);
    a.content.len = 0;
    a.analyser = 2;
    a.artefacts = (struct artefact_list){ 1, &waveform };
    assert_int_equal(analysis_put(&w->p, &a, &outcome, &fault), ERR_BUSY);
    assert_int_equal(txn_count(w->p.w.txn, DB_ARTEFACT), 0);
    writer_check(w);
    free(data);
}

WRITER_CLAIM(an_answer_that_no_worker_may_give_is_refused)
{
    struct writer *w = *state;
    struct id id = writer_place(w, "kick.wav", 1);
    struct fact users = writer_number(SOURCE_USER, "bpm", 120);
    struct artefact escape = { .type = TEXT("../../../etc/x") };
    struct fault fault = { 0 };
    struct outcome outcome;
    struct analysed bad[] = { make_analysed(id, 1, &users, 1), make_analysed(id, 1, NULL, 0),
                              make_analysed(id, 1, NULL, 0), make_analysed(id, 1, NULL, 0) };

    bad[1].content.len = 7;
    bad[2].artefacts = (struct artefact_list){ 1, &escape };
    bad[3].has_embedding = true;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_int_equal(analysis_put(&w->p, &bad[i], &outcome, &fault), ERR_BAD_REQUEST);
    writer_check(w);
}

WRITER_CLAIM(two_records_of_one_file_become_the_older_with_the_words_of_both)
{
    struct writer *w = *state;
    struct id older = writer_place(w, "old.wav", 1), younger = writer_place(w, "new.wav", 1);
    struct fact heard = writer_number(SOURCE_ANALYSIS, "bpm", 120), own = writer_number(SOURCE_USER, "rating", 4);
    struct text warm = TEXT("warm"), loud = TEXT("loud");
    struct edit first = { .id = older, .add_tags = { 1, &warm } };
    struct edit second = { .id = younger, .add_tags = { 1, &loud }, .facts = { 1, &own } };
    struct analysed a = make_analysed(older, 1, &heard, 1), b = make_analysed(younger, 1, &heard, 1);
    struct move move = { .id = older, .folder = w->folder, .file = bytes_of("new.wav", 7) };
    struct outcome outcome = { 0 };
    struct done done;
    struct media media;

    put_analysed(w, &a);
    put_analysed(w, &b);
    assert_int_equal(edit_apply(&w->p, &first, EDIT_BY_PERSON, &done, NULL), ERR_OK);
    assert_int_equal(edit_apply(&w->p, &second, EDIT_BY_PERSON, &done, NULL), ERR_OK);
    assert_int_equal(places_move(&w->p, &move, &outcome, NULL), ERR_OK);
    assert_true(id_equal(outcome.id, older));
    media = writer_media(w, older);
    assert_int_equal(media.tags.count, 2);
    assert_true(bytes_equal(media.file, bytes_of("new.wav", 7)));
    assert_non_null(writer_fact(w, older, SOURCE_ANALYSIS, "bpm"));
    assert_non_null(writer_fact(w, older, SOURCE_USER, "rating"));
    assert_int_equal(catalogue_media(w->p.w.txn, &w->p.arena, younger, &media), ERR_NOT_FOUND);
    writer_check(w);
}

WRITER_CLAIM(a_title_is_the_files_name_as_text)
{
    struct writer *w = *state;

    assert_true(text_is(places_title(&w->p.arena, bytes_of("Kick.808.wav", 12)), "Kick.808"));
    assert_true(text_is(places_title(&w->p.arena, bytes_of(".hidden", 7)), ".hidden"));
    assert_true(text_is(places_title(&w->p.arena, bytes_of("a\xff"
                                                           "b\xc3\xa9.wav",
                                                           9)),
                        "a\xEF\xBF\xBD"
                        "b\xc3\xa9"));
}
