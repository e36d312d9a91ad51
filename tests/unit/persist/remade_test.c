#include "services/persist/batch/batch.h"
#include "services/persist/batch/remade.h"
#include "services/persist/places/analysis.h"
#include "store/artefact.h"
#include "tests/unit/claim.h"
#include "tests/unit/persist/writer.h"

static const uint8_t content[16] = "content number a";
static const uint8_t data[4000], other[3000];

static void write_file(struct writer *w, const struct artefact *artefact)
{
    struct artefact_files files = { 0 };

    assert_int_equal(artefact_write(w->p.paths, bytes_of(content, 16), artefact, &files, NULL), ERR_OK);
    artefact_files_free(&files);
}

static struct artefact make_waveform(const uint8_t *bytes, uint32_t len)
{
    return (struct artefact){ .type = TEXT("waveform"), .version = 1, .data = bytes_of(bytes, len) };
}

/* An item with a waveform and a print. */
static struct id analyse_file(struct writer *w)
{
    struct id id = writer_place(w, "one.wav", 1);
    struct fact fact = writer_number(SOURCE_ANALYSIS, "bpm", 120);
    struct artefact made[] = { make_waveform(data, sizeof(data)), make_waveform(data, sizeof(data)) };
    struct analysed a = { .id = id, .size = 1, .mtime = 1, .analyser = 1, .content = bytes_of(content, 16) };
    struct outcome outcome = { 0 };

    made[1].type = TEXT("print");
    a.state.value = ANALYSIS_STATE_DONE;
    a.facts = (struct fact_list){ 1, &fact };
    a.artefacts = (struct artefact_list){ 2, made };
    write_file(w, &made[0]);
    write_file(w, &made[1]);
    assert_int_equal(analysis_put(&w->p, &a, &outcome, NULL), ERR_OK);
    return id;
}

static enum err put_remade(struct writer *w, struct artefact *made, uint32_t count)
{
    struct remade remade = { .content = bytes_of(content, 16), .artefacts = { count, made } };
    struct outcome outcome = { 0 };
    struct fault fault = { 0 };

    return remade_put(&w->p, &remade, &outcome, &fault);
}

static enum err look_up(struct writer *w, const char *type, struct artefact *to)
{
    return catalogue_artefact(w->p.w.txn, w->p.paths, &w->p.arena, bytes_of(content, 16), text_of(type), to);
}

WRITER_CLAIM(artefacts_made_again_change_no_item)
{
    struct writer *w = *state;
    struct id id = analyse_file(w);
    struct artefact again = make_waveform(other, sizeof(other)), found;
    uint64_t head = w->p.head, revision = writer_media(w, id).revision;

    write_file(w, &again);
    assert_int_equal(look_up(w, "waveform", &found), ERR_NOT_FOUND);
    assert_int_equal(put_remade(w, &again, 1), ERR_OK);
    assert_int_equal(look_up(w, "waveform", &found), ERR_OK);
    assert_int_equal(found.data.len, sizeof(other));
    assert_int_equal(w->p.head, head);
    assert_int_equal(writer_media(w, id).revision, revision);
    assert_non_null(writer_fact(w, id, SOURCE_ANALYSIS, "bpm"));
    writer_check(w);
}

WRITER_CLAIM(a_type_that_is_not_made_any_more_goes)
{
    struct writer *w = *state;
    struct artefact again = make_waveform(data, sizeof(data)), found;

    analyse_file(w);
    assert_int_equal(look_up(w, "print", &found), ERR_OK);
    assert_int_equal(put_remade(w, &again, 1), ERR_OK);
    assert_int_equal(look_up(w, "print", &found), ERR_NOT_FOUND);
    assert_true(w->p.w.dropped.len > 0);
    writer_check(w);
}

WRITER_CLAIM(the_same_again_writes_nothing)
{
    struct writer *w = *state;
    struct artefact again[] = { make_waveform(data, sizeof(data)), make_waveform(data, sizeof(data)) };

    again[1].type = TEXT("print");
    analyse_file(w);
    uint64_t writes = w->p.writes;
    assert_int_equal(put_remade(w, again, 2), ERR_OK);
    assert_int_equal(w->p.writes, writes);
}

WRITER_CLAIM(no_artefact_of_a_content_without_an_item_is_kept)
{
    struct writer *w = *state;
    struct artefact made = make_waveform(data, sizeof(data)), escape = made;

    assert_int_equal(put_remade(w, &made, 1), ERR_NOT_FOUND);
    analyse_file(w);
    escape.type = TEXT("../x");
    assert_int_equal(put_remade(w, &escape, 1), ERR_BAD_REQUEST);
    assert_int_equal(put_remade(w, &made, 0), ERR_BAD_REQUEST);
    writer_check(w);
}

/* The row of a batch is written with a change; this batch makes no change. */
WRITER_CLAIM(a_turn_that_ends_within_a_batch_of_them_leaves_no_row)
{
    struct writer *w = *state;
    struct artefact again[] = { make_waveform(other, sizeof(other)), make_waveform(data, sizeof(data)) };
    struct operation operations[BATCH_WHOLE + 1] = { 0 };
    const struct persist_batch ask = { .operations = { BATCH_WHOLE + 1, operations } };
    struct arena arena = { 0 };
    struct batch batch = { .ask = &ask, .arena = &arena, .work = { .request = id_new() } };

    analyse_file(w);
    assert_int_equal(turn_continue(&w->p, batch.work.request, NULL), ERR_OK);
    for (int i = 0; i <= BATCH_WHOLE; i++)
        operations[i] =
            (struct operation){ .has_remade = true,
                                .remade = { .content = bytes_of(content, 16), .artefacts = { 1, &again[i > 0] } } };
    write_file(w, &again[0]);
    assert_int_equal(batch_load(&w->p, &batch, NULL), ERR_OK);
    w->p.turn_began = 0;
    writer_run_clock(TURN_US);
    assert_int_equal(batch_part(&w->p, &batch, NULL), ERR_OK);
    writer_run_clock(0);
    assert_int_equal(batch.outcomes.each.count, 1);
    writer_check(w);
    write_file(w, &again[1]);
    assert_int_equal(batch_part(&w->p, &batch, NULL), ERR_OK);
    assert_true(batch_is_done(&batch));
    writer_check(w);
    arena_free(&arena);
}
