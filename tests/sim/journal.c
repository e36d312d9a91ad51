#include "tests/sim/journal.h"

#include <string.h>

#include "proto/wire/codec.h"
#include "store/keys.h"
#include "store/store.h"

enum { NOTES = 65536, CHANGE_BYTES = 128 };
enum { ERROR_AT = 8, DIGEST_AT = 9, ANSWER_AT = 17 }; /* in a row of DB_REQUEST: store/changelog.c */

const struct changelog_limits sim_limits = {
    .rows = 50,
    .age = 2000000,
    .bytes = 20000,
    .young = 1000000,
    .quiet_rows = 30,
    .quiet_bytes = 6000,
};

static struct {
    struct note notes[NOTES];
    uint64_t count, kept; /* those after `kept` belong to the open transaction */
    uint64_t turn;
    uint64_t inner; /* those from here on belong to the inner one */
} journal;

/* ---- notes ---- */

static void drop_behind(uint64_t count)
{
    while (journal.count > count)
        buffer_free(&journal.notes[--journal.count].answer);
    journal.kept = count;
}

void journal_begin(void)
{
    drop_behind(0);
}

void journal_end(void)
{
    drop_behind(0);
}

uint64_t journal_count(void)
{
    return journal.kept;
}

const struct note *journal_at(uint64_t number)
{
    return &journal.notes[number];
}

static struct note *add_note(enum note_kind kind)
{
    struct note *note = &journal.notes[journal.count];

    if (journal.count++ == NOTES)
        sim_fail("more notes than the journal has room for");
    *note = (struct note){ .kind = kind, .turn = journal.turn, .at = sim.now, .wall = sim_wall() };
    return note;
}

/* ---- writes ---- */

static void note_change(struct bytes value)
{
    struct arena arena = { 0 };

    if (codec_decode(&change_shape, value, &arena, &add_note(NOTE_CHANGE)->change, NULL) != ERR_OK)
        sim_fail("a row of the change log does not decode");
    arena_free(&arena);
}

static void note_part(struct bytes key, struct bytes value)
{
    struct note *note = add_note(NOTE_PART);

    note->request = key_id_at(key, 0);
    note->digest = key_number_at(value, 8);
    sim.counts.parts++;
}

static void note_answer(struct bytes key, struct bytes value)
{
    struct note *note = add_note(NOTE_ANSWER);

    note->request = key_id_at(key, 0);
    note->revision = key_number_at(value, 0);
    note->error = (enum err)value.at[ERROR_AT];
    note->digest = key_number_at(value, DIGEST_AT);
    buffer_add(&note->answer, value.at + ANSWER_AT, value.len - ANSWER_AT);
}

/* NULL: another row. */
static const uint8_t *work_in(struct bytes key)
{
    const size_t head = sizeof(META_FORGETTING) - 1;

    return key.len == head + sizeof(struct id) && memcmp(key.at, META_FORGETTING, head) == 0 ? key.at + head : NULL;
}

static void note_work(struct bytes key, struct bytes value)
{
    struct arena arena = { 0 };
    struct note *note = work_in(key) ? add_note(NOTE_WORK) : NULL;

    if (note && codec_decode(&forgetting_shape, value, &arena, &note->work, NULL) != ERR_OK)
        sim_fail("a row of work does not decode");
    arena_free(&arena);
}

static bool is_repack(struct bytes key)
{
    const size_t head = sizeof(META_PACK) - 1;

    return key.len > head + sizeof(struct id) && memcmp(key.at, META_PACK, head) == 0;
}

static void note_repack(enum note_kind kind, struct bytes key)
{
    const size_t head = sizeof(META_PACK) - 1 + sizeof(struct id), len = key.len - head;
    struct note *note = add_note(kind);

    if (len >= WORD)
        sim_fail("a pack that no place has");
    note->repack.folder = key_id_at(key, (uint32_t)(head - sizeof(struct id)));
    memcpy(note->repack.old, key.at + head, len);
}

void journal_put(enum database db, struct bytes key, struct bytes value)
{
    if (db == DB_CHANGE)
        note_change(value);
    else if (db == DB_REQUEST)
        note_answer(key, value);
    else if (db == DB_PART)
        note_part(key, value);
    else if (db == DB_META && is_repack(key))
        note_repack(NOTE_REPACK, key);
    else if (db == DB_META)
        note_work(key, value);
}

void journal_begun(struct id request, uint32_t first)
{
    struct note *note = add_note(NOTE_BEGUN);
    struct deed *deed = deed_of(request);

    note->request = request;
    note->first = first;
    if (deed)
        deed->next_op = first;
}

void journal_operation(struct id request, uint64_t undo_at, uint64_t undo_top)
{
    struct note *note = add_note(NOTE_OPERATION);
    struct deed *deed = deed_of(request);

    note->request = request;
    note->first = deed ? deed->next_op++ : 0;
    note->undo_at = undo_at;
    note->undo_top = undo_top;
}

void journal_taken(struct id request, uint64_t undo_at, uint64_t undo_top)
{
    struct note *note = add_note(NOTE_TAKEN);

    note->request = request;
    note->undo_at = note->undo_to = undo_at;
    note->undo_top = undo_top;
}

void journal_taken_to(struct id request, uint64_t undo_at)
{
    uint64_t i = journal.count;

    while (i > journal.kept && journal.notes[i - 1].kind != NOTE_TAKEN)
        i--;
    if (i > journal.kept && id_equal(journal.notes[i - 1].request, request))
        journal.notes[i - 1].undo_to = undo_at;
}

void journal_applied(struct id request, uint32_t first, uint32_t actions, uint64_t undo_at, uint64_t undo_top)
{
    struct note *note = add_note(NOTE_APPLIED);

    note->request = request;
    note->first = first;
    note->actions = actions;
    note->undo_at = undo_at;
    note->undo_top = undo_top;
}

struct deed *journal_deed_of_operation(uint64_t number)
{
    struct id request = journal.notes[number].request;

    for (uint64_t i = number + 1; i < journal.kept; i++) {
        const struct note *note = &journal.notes[i];
        if (!id_equal(note->request, request))
            continue;
        if (note->kind == NOTE_PART || note->kind == NOTE_ANSWER)
            return deed_with(request, note->digest);
        if (note->kind == NOTE_BEGUN)
            return NULL;
    }
    return NULL;
}

void journal_delete(struct txn *txn, enum database db, struct bytes key)
{
    const struct changelog_bytes bytes = changelog_bytes(txn);
    struct note *note;

    if (db == DB_CHANGE) {
        note = add_note(NOTE_TRIMMED);
        note->change.revision = key_number_at(key, 0);
        note->rows = txn_count(txn, DB_CHANGE);
        note->bytes = bytes.all + note->rows * CHANGE_BYTES;
    } else if (db == DB_REQUEST) {
        struct bytes value = { 0, NULL };
        (void)txn_get(txn, db, key, &value);
        note = add_note(NOTE_FORGOTTEN);
        note->request = key_id_at(key, 0);
        note->quiet_rows = txn_count(txn, DB_QUIET) + 1;
        note->quiet_bytes = bytes.quiet + value.len + CHANGELOG_ROW_OVERHEAD;
    } else if (db == DB_META && is_repack(key)) {
        note_repack(NOTE_REPACK_ENDED, key);
    } else if (db == DB_META && work_in(key)) {
        memcpy(add_note(NOTE_WORK_ENDED)->request.b, work_in(key), sizeof(struct id));
    }
}

/* ---- transactions ---- */

enum err __real_store_write(struct store *store, struct txn **txn, struct fault *fault);
enum err __wrap_store_write(struct store *store, struct txn **txn, struct fault *fault);
enum err __real_changelog_trim(struct writing *w, const struct changelog_limits *limits, usec_t now, uint32_t most);
enum err __wrap_changelog_trim(struct writing *w, const struct changelog_limits *limits, usec_t now, uint32_t most);

/* A batch continues after a turn in which nothing was written. */
static bool has_no_effect(void)
{
    for (uint64_t i = journal.kept; i < journal.count; i++)
        if (journal.notes[i].kind >= NOTE_TAKEN)
            return false;
    return true;
}

/* The uncommitted notes of an earlier transaction are dropped. */
enum err __wrap_store_write(struct store *store, struct txn **txn, struct fault *fault)
{
    if (has_no_effect())
        journal.kept = journal.count;
    drop_behind(journal.kept);
    return __real_store_write(store, txn, fault);
}

enum err __real_txn_begin_inner(struct txn *txn);
enum err __wrap_txn_begin_inner(struct txn *txn);
void __real_txn_undo_inner(struct txn *txn);
void __wrap_txn_undo_inner(struct txn *txn);

enum err __wrap_txn_begin_inner(struct txn *txn)
{
    journal.inner = journal.count;
    return __real_txn_begin_inner(txn);
}

void __wrap_txn_undo_inner(struct txn *txn)
{
    while (journal.count > journal.inner)
        buffer_free(&journal.notes[--journal.count].answer);
    __real_txn_undo_inner(txn);
}

void journal_commit(void)
{
    for (uint64_t i = journal.kept; i < journal.count; i++) {
        const struct note *note = &journal.notes[i];
        if (note->kind == NOTE_ANSWER)
            deed_is_remembered(note->request, buffer_bytes(&note->answer));
        else if (note->kind == NOTE_FORGOTTEN)
            deed_is_forgotten(note->request);
        sim.counts.trimmed += note->kind == NOTE_TRIMMED;
        sim.counts.forgotten += note->kind == NOTE_FORGOTTEN;
    }
    journal.kept = journal.count;
    journal.turn++;
}

enum err __wrap_changelog_trim(struct writing *w, const struct changelog_limits *limits, usec_t now, uint32_t most)
{
    struct changelog_limits small = sim_limits;

    (void)limits;
    if (flaw_in_limits)
        flaw_in_limits(&small);
    return __real_changelog_trim(w, &small, now, most);
}
