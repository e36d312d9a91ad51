#include "services/persist/places/overtaken.h"
#include "services/persist/places/removal.h"
#include "services/persist/places/takes.h"
#include "tests/unit/claim.h"
#include "tests/unit/persist/writer.h"

static struct bytes name_of(const char *file)
{
    return bytes_of(file, strlen(file));
}

static struct id reserve_item(struct writer *w, const char *file)
{
    struct persist_reserve ask = { .folder = w->folder, .file = name_of(file), .sample_rate = 48000, .channels = 2 };
    struct done done;

    assert_int_equal(takes_reserve(&w->p, &ask, &done, NULL), ERR_OK);
    return done.id;
}

/* Ends the take with the reserved file or, if a name is given, with that file. */
static void end_take(struct writer *w, struct id id, const char *flac)
{
    struct persist_end_take ask = { .id = id, .size = 100, .mtime = 100, .has_encoded = flac != NULL };
    struct done done;

    ask.lifecycle.value = LIFECYCLE_FINAL;
    if (flac)
        ask.encoded = (struct encoded_take){ .file = name_of(flac), .content = bytes_of("content number a", 16) };
    assert_int_equal(takes_end(&w->p, &ask, &done, NULL), ERR_OK);
}

/* A place reported by a scan that knew revision `as_of`. */
static struct outcome see_file(struct writer *w, const char *file, uint64_t as_of)
{
    struct place place = { .folder = w->folder, .file = name_of(file), .size = 50, .mtime = 50 };
    struct outcome outcome = { 0 };

    place.kind.value = KIND_AUDIO;
    place.availability.value = ITEM_STATE_LOCAL;
    place.has_as_of = true;
    place.as_of = as_of;
    assert_int_equal(places_put(&w->p, &place, &outcome, NULL), ERR_OK);
    return outcome;
}

static void miss_item(struct writer *w, struct id id, uint64_t as_of)
{
    struct presence presence = { .id = id, .has_as_of = true, .as_of = as_of };
    struct outcome outcome = { 0 };

    presence.availability.value = ITEM_STATE_MISSING;
    assert_int_equal(places_presence(&w->p, &presence, &outcome, NULL), ERR_OK);
}

static bool has_item(struct writer *w, const char *file)
{
    struct id id;

    return catalogue_place(w->p.w.txn, &w->p.arena, w->folder, name_of(file), &id) == ERR_OK;
}

WRITER_CLAIM(a_scan_that_saw_a_take_before_it_became_flac_makes_no_second_item)
{
    struct writer *w = *state;
    struct id id = reserve_item(w, "take.wav");
    uint64_t before = w->p.head;
    struct outcome seen;

    end_take(w, id, "take.flac");
    writer_check(w); /* a commit, the state that a death of persist would leave */
    seen = see_file(w, "take.wav", before);
    assert_true(id_is_zero(seen.id) && !seen.created && !seen.stale);
    assert_false(has_item(w, "take.wav"));
    assert_true(has_item(w, "take.flac"));
    seen = see_file(w, "take.wav", w->p.head); /* a later file of that name */
    assert_true(seen.created);
    writer_check(w);
}

WRITER_CLAIM(a_scan_that_saw_less_of_a_take_does_not_change_what_it_became)
{
    struct writer *w = *state;
    struct id id = reserve_item(w, "take.wav");
    uint64_t before = w->p.head;

    end_take(w, id, NULL);
    see_file(w, "take.wav", before);
    miss_item(w, id, before);
    assert_int_equal(writer_media(w, id).size, 100);
    assert_int_equal(writer_media(w, id).availability.value, ITEM_STATE_LOCAL);
    miss_item(w, id, w->p.head);
    assert_int_equal(writer_media(w, id).availability.value, ITEM_STATE_MISSING);
    see_file(w, "take.wav", w->p.head);
    assert_int_equal(writer_media(w, id).size, 50);
    assert_int_equal(writer_media(w, id).availability.value, ITEM_STATE_LOCAL);
    writer_check(w);
}

WRITER_CLAIM(a_deleted_take_does_not_come_back_by_an_older_scan)
{
    struct writer *w = *state;
    struct id id = reserve_item(w, "take.wav");
    struct done done;
    uint64_t before;

    end_take(w, id, "take.flac");
    before = w->p.head;
    assert_int_equal(removal_forget(&w->p, id, &done, NULL), ERR_OK);
    see_file(w, "take.flac", before);
    assert_false(has_item(w, "take.flac"));
    assert_true(see_file(w, "take.flac", w->p.head).created);
    writer_check(w);
}

WRITER_CLAIM(the_notes_are_bounded_and_the_newest_stay)
{
    struct writer *w = *state;
    char file[32];
    uint64_t before[OVERTAKEN_KEPT + 10];

    for (int i = 0; i < OVERTAKEN_KEPT + 10; i++) {
        struct key key;
        snprintf(file, sizeof(file), "%d.wav", i);
        key = overtaken_place(w->folder, name_of(file));
        before[i] = turn_next(&w->p) - 1;
        assert_int_equal(turn_log(&w->p, CHANGE_KIND_MEDIA, id_new(), false), ERR_OK);
        assert_int_equal(overtaken_note(&w->p, &key, w->p.head), ERR_OK);
    }
    for (int i = 0; i < OVERTAKEN_KEPT + 10; i++) {
        snprintf(file, sizeof(file), "%d.wav", i);
        struct key key = overtaken_place(w->folder, name_of(file));
        assert_int_equal(overtaken_is(&w->p, &key, true, before[i]), i >= 10);
        assert_false(overtaken_is(&w->p, &key, false, 0));
    }
}
