/* The volumes in memory follow the rows of the store. */
#include "services/availability/known.h"
#include "store/changelog.h"
#include "tests/unit/claim.h"
#include "tests/unit/store/scratch.h"

static void log_volume(struct scratch *s, uint64_t revision)
{
    struct change change = { .revision = revision, .id = s->volume, .request = id_new(), .at = clock_now() };

    change.kind.value = CHANGE_KIND_VOLUME;
    assert_int_equal(changelog_add(&s->w, &change), ERR_OK);
}

static void put_label(struct scratch *s, const char *label)
{
    struct volume volume;

    assert_int_equal(catalogue_volume(s->w.txn, &s->arena, s->volume, &volume), ERR_OK);
    volume.label = text_of(label);
    assert_int_equal(catalogue_put_volume(&s->w, &volume), ERR_OK);
}

SCRATCH_CLAIM(a_damaged_row_of_the_log_makes_it_read_all_volumes)
{
    struct scratch *s = *state;
    struct known_volumes known = { .paths = &s->paths };
    struct key key = key_number(2);

    scratch_open(s);
    scratch_begin(s);
    scratch_ground(s);
    log_volume(s, 1);
    scratch_commit(s);
    known.store = s->store;
    assert_int_equal(known_follow(&known, NULL), ERR_OK);
    assert_int_equal(known.count, 1);
    scratch_begin(s);
    put_label(s, "disk");
    assert_int_equal(txn_put(s->w.txn, DB_CHANGE, key_bytes(&key), bytes_of("nonsense", 8)), ERR_OK);
    log_volume(s, 3);
    scratch_commit(s);
    assert_int_equal(known_follow(&known, NULL), ERR_OK);
    assert_true(text_is(known.at[0].row.label, "disk"));
    assert_true(known.head == 3);
    known.store = NULL;
    known_free(&known);
}

SCRATCH_CLAIM(a_damaged_row_of_a_volume_hides_no_other)
{
    struct scratch *s = *state;
    struct known_volumes known = { .paths = &s->paths };
    const struct id other = id_new();
    struct key key = key_id(other);

    scratch_open(s);
    scratch_begin(s);
    scratch_ground(s);
    assert_int_equal(txn_put(s->w.txn, DB_VOLUME, key_bytes(&key), bytes_of("nonsense", 8)), ERR_OK);
    log_volume(s, 1);
    scratch_commit(s);
    known.store = s->store;
    assert_int_equal(known_follow(&known, NULL), ERR_OK);
    assert_int_equal(known.count, 1);
    assert_true(id_equal(known.at[0].row.id, s->volume));
    known.store = NULL;
    known_free(&known);
}
