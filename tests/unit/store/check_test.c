#include "store/changelog.h"
#include "tests/unit/claim.h"
#include "tests/unit/store/scratch.h"

#define PREPARED_CLAIM(name) CLAIM_WITH(name, set_up, scratch_drop)

static const uint8_t content[16] = "content number a";

static int set_up(void **state)
{
    struct scratch *s;
    struct fact fact = { .attribute = TEXT("bpm"), .has_number = true, .number = 120, .shown = true };
    struct facts facts = { { 1, &fact } };
    struct embedding embedding = { 0 };

    scratch_make(state);
    s = *state;
    fact.source.value = SOURCE_ANALYSIS;
    scratch_open(s);
    scratch_begin(s);
    scratch_ground(s);
    struct media media = scratch_media(s, "kick.wav");
    media.content = bytes_of(content, sizeof(content));
    assert_int_equal(catalogue_put_media(&s->w, NULL, &media), ERR_OK);
    assert_int_equal(catalogue_put_facts(&s->w, media.content, &facts), ERR_OK);
    assert_int_equal(catalogue_put_embedding(&s->w, media.content, &embedding), ERR_OK);
    for (uint64_t i = 1; i <= 3; i++) {
        struct change change = { .revision = i, .id = media.id, .request = media.id };
        change.kind.value = CHANGE_KIND_MEDIA;
        assert_int_equal(changelog_add(&s->w, &change), ERR_OK);
    }
    return 0;
}

PREPARED_CLAIM(a_good_store_has_no_problem)
{
    struct scratch *s = *state;

    scratch_commit(s);
    assert_int_equal(scratch_problems(s), 0);
}

/* Removes the first row of a database, or spoils its value: the check must report what refers to it. */
static void spoil_row(struct scratch *s, enum database db, bool remove)
{
    static const uint8_t rubbish[16] = "not a record, no";
    struct key key = { .len = 0 };
    struct walk walk;

    assert_int_equal(walk_begin(s->w.txn, db, (struct bytes){ 0 }, (struct bytes){ 0 }, &walk), ERR_OK);
    assert_true(walk_next(&walk));
    key.len = walk.key.len;
    memcpy(key.b, walk.key.at, walk.key.len);
    walk_end(&walk);
    if (remove)
        assert_int_equal(row_delete(&s->w, db, &key), ERR_OK);
    else
        assert_int_equal(txn_put(s->w.txn, db, key_bytes(&key), bytes_of(rubbish, sizeof(rubbish))), ERR_OK);
}

static void expect_damage(void **state, enum database db, bool remove)
{
    struct scratch *s = *state;

    spoil_row(s, db, remove);
    scratch_commit(s);
    assert_true(scratch_problems(s) > 0);
}

PREPARED_CLAIM(a_missing_row_is_reported)
{
    static const enum database needed[] = { DB_META,        DB_MEDIA,  DB_PLACE,           DB_FOLDER,
                                            DB_FOLDER_NAME, DB_VOLUME, DB_VOLUME_IDENTITY, DB_CONTENT };

    for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
        if (i) {
            scratch_drop(state);
            set_up(state);
        }
        expect_damage(state, needed[i], true);
    }
}

PREPARED_CLAIM(a_row_that_does_not_decode_is_reported)
{
    static const enum database records[] = {
        DB_MEDIA, DB_PLACE, DB_FOLDER, DB_VOLUME, DB_FACTS, DB_EMBEDDING, DB_CHANGE
    };

    for (size_t i = 0; i < sizeof(records) / sizeof(*records); i++) {
        if (i) {
            scratch_drop(state);
            set_up(state);
        }
        expect_damage(state, records[i], false);
    }
}

PREPARED_CLAIM(a_place_that_says_other_than_its_item_is_reported)
{
    struct scratch *s = *state;
    struct media media = scratch_put(s, "snare.wav");
    struct key key = key_id(media.id);

    media.mtime = 17;
    assert_int_equal(row_put(&s->w, DB_MEDIA, &key, &media_shape, &media), ERR_OK);
    scratch_commit(s);
    assert_int_equal(scratch_problems(s), 1);
}

PREPARED_CLAIM(a_done_item_without_an_analysis_is_reported)
{
    struct scratch *s = *state;
    struct media was = scratch_put(s, "snare.wav"), now = was;

    now.content = bytes_of(content, sizeof(content));
    now.analysis.value = ANALYSIS_STATE_DONE;
    assert_int_equal(catalogue_put_media(&s->w, &was, &now), ERR_OK);
    scratch_commit(s);
    assert_int_equal(scratch_problems(s), 0);
    scratch_begin(s);
    assert_int_equal(catalogue_put_facts(&s->w, now.content, &(struct facts){ 0 }), ERR_OK);
    spoil_row(s, DB_EMBEDDING, true);
    scratch_commit(s);
    assert_int_equal(scratch_problems(s), 1);
}

PREPARED_CLAIM(a_gap_in_the_change_log_is_reported)
{
    struct scratch *s = *state;
    struct key second = key_number(2);

    assert_int_equal(row_delete(&s->w, DB_CHANGE, &second), ERR_OK);
    scratch_commit(s);
    assert_int_equal(scratch_problems(s), 1);
}
