/* Reports of scans on files, item by item: seen, moved, away. */
#include "services/persist/places/places.h"
#include "tests/unit/claim.h"
#include "tests/unit/persist/writer.h"

static struct place see_file(struct writer *w, const char *file, uint64_t size, int64_t mtime)
{
    struct place place = { .folder = w->folder, .file = bytes_of(file, strlen(file)), .size = size, .mtime = mtime };

    place.kind.value = KIND_AUDIO;
    place.availability.value = ITEM_STATE_LOCAL;
    return place;
}

static struct outcome put_place(struct writer *w, const struct place *place)
{
    struct outcome outcome = { 0 };

    assert_int_equal(places_put(&w->p, place, &outcome, NULL), ERR_OK);
    return outcome;
}

static struct outcome report_presence(struct writer *w, struct id id, enum item_state availability)
{
    struct presence presence = { .id = id };
    struct outcome outcome = { 0 };

    presence.availability.value = (int32_t)availability;
    assert_int_equal(places_presence(&w->p, &presence, &outcome, NULL), ERR_OK);
    return outcome;
}

static enum err move_item(struct writer *w, struct id id, struct id folder, const char *file, struct outcome *outcome)
{
    struct move to = { .id = id, .folder = folder, .file = bytes_of(file, strlen(file)) };
    struct fault fault = { 0 };

    *outcome = (struct outcome){ 0 };
    return places_move(&w->p, &to, outcome, &fault);
}

WRITER_CLAIM(a_file_seen_again_is_the_same_item_and_no_change)
{
    struct writer *w = *state;
    struct place place = see_file(w, "kick.wav", 7, 1);
    struct outcome first = put_place(w, &place), again = put_place(w, &place);

    assert_true(first.created && !again.created);
    assert_true(id_equal(first.id, again.id));
    assert_int_equal(writer_media(w, first.id).revision, first.revision);
    writer_check(w);
}

WRITER_CLAIM(a_file_of_another_size_or_time_keeps_its_item_and_waits_for_an_analysis)
{
    struct writer *w = *state;
    struct place place = see_file(w, "kick.wav", 7, 1), larger = see_file(w, "kick.wav", 8, 1),
                 later = see_file(w, "kick.wav", 8, 2);
    struct id id = put_place(w, &place).id;

    assert_true(put_place(w, &larger).stale);
    assert_true(put_place(w, &later).stale);
    assert_true(id_equal(put_place(w, &later).id, id));
    assert_int_equal(writer_media(w, id).size, 8);
    assert_int_equal(writer_media(w, id).mtime, 2);
    writer_check(w);
}

/* As after an analysis that found nothing to analyse. */
static void set_heard(struct writer *w, struct id id)
{
    struct media was = writer_media(w, id), now = was;

    now.analysis.value = ANALYSIS_STATE_NONE;
    assert_int_equal(catalogue_put_media(&w->p.w, &was, &now), ERR_OK);
}

WRITER_CLAIM(a_file_with_another_ctime_is_read_again_once)
{
    struct writer *w = *state;
    struct place place = see_file(w, "kick.wav", 7, 1), changed = place, unknown = place, asked = place;
    struct id id = put_place(w, &place).id;

    changed.has_changed = asked.has_changed = true;
    changed.changed = asked.changed = 5;
    asked.has_again = asked.again = true;
    set_heard(w, id);
    assert_false(put_place(w, &changed).stale); /* an earlier version did not record it */
    assert_int_equal(writer_media(w, id).changed, 5);
    assert_false(put_place(w, &changed).stale);
    changed.changed = 6;
    assert_true(put_place(w, &changed).stale);
    asked.changed = 6;
    set_heard(w, id);
    assert_false(put_place(w, &changed).stale);
    assert_true(put_place(w, &asked).stale);
    set_heard(w, id);
    assert_false(put_place(w, &unknown).stale);
    writer_check(w);
}

WRITER_CLAIM(a_missing_item_is_there_again_when_its_file_is_seen)
{
    struct writer *w = *state;
    struct id id = writer_place(w, "kick.wav", 1);

    report_presence(w, id, ITEM_STATE_MISSING);
    assert_int_equal(writer_media(w, id).availability.value, ITEM_STATE_MISSING);
    assert_true(writer_media(w, id).has_missing_since);
    assert_true(id_equal(writer_place(w, "kick.wav", 1), id));
    assert_int_equal(writer_media(w, id).availability.value, ITEM_STATE_LOCAL);
    assert_false(writer_media(w, id).has_missing_since);
    writer_check(w);
}

/* One scan finds the file at its new place while another one still looks at the old one. */
WRITER_CLAIM(a_file_gone_from_a_place_that_the_item_has_left_changes_nothing)
{
    struct writer *w = *state;
    struct id id = writer_place(w, "kick.wav", 1);
    struct presence presence = { .id = id, .has_folder = true, .folder = w->folder, .file = bytes_of("kick.wav", 8) };
    struct outcome outcome = { 0 };

    presence.availability.value = ITEM_STATE_EXTERNAL_OFFLINE;
    assert_int_equal(move_item(w, id, w->folder, "snare.wav", &outcome), ERR_OK);
    assert_int_equal(places_presence(&w->p, &presence, &outcome, NULL), ERR_OK);
    assert_int_equal(writer_media(w, id).availability.value, ITEM_STATE_LOCAL);

    assert_int_equal(move_item(w, id, w->folder, "kick.wav", &outcome), ERR_OK);
    assert_int_equal(places_presence(&w->p, &presence, &outcome, NULL), ERR_OK);
    assert_int_equal(writer_media(w, id).availability.value, ITEM_STATE_EXTERNAL_OFFLINE);
    writer_check(w);
}

WRITER_CLAIM(an_operation_on_an_unknown_item_is_refused_and_changes_nothing)
{
    struct writer *w = *state;
    struct place nowhere = see_file(w, "kick.wav", 1, 1), odd = see_file(w, "a/kick.wav", 1, 1);
    struct presence presence = { .id = id_new() };
    struct outcome outcome = { 0 };
    struct fault fault = { 0 };
    uint64_t head = w->p.head;

    nowhere.folder = id_new();
    assert_int_equal(places_put(&w->p, &nowhere, &outcome, &fault), ERR_NOT_FOUND);
    assert_int_equal(places_put(&w->p, &odd, &outcome, &fault), ERR_BAD_REQUEST);
    assert_int_equal(places_presence(&w->p, &presence, &outcome, &fault), ERR_NOT_FOUND);
    assert_int_equal(move_item(w, id_new(), w->folder, "x.wav", &outcome), ERR_NOT_FOUND);
    assert_int_equal(w->p.head, head);
    writer_check(w);
}

WRITER_CLAIM(a_move_to_a_free_place_keeps_the_item)
{
    struct writer *w = *state;
    struct id id = writer_place(w, "kick.wav", 1);
    struct outcome outcome;

    assert_int_equal(move_item(w, id, w->folder, "snare.wav", &outcome), ERR_OK);
    assert_true(id_equal(outcome.id, id));
    assert_true(bytes_equal(writer_media(w, id).file, bytes_of("snare.wav", 9)));
    assert_true(id_equal(writer_place(w, "snare.wav", 1), id));
    assert_false(id_equal(writer_place(w, "kick.wav", 1), id)); /* its old place is free */
    writer_check(w);
}

WRITER_CLAIM(a_move_to_its_own_place_changes_nothing)
{
    struct writer *w = *state;
    struct id id = writer_place(w, "kick.wav", 1);
    uint64_t revision = writer_media(w, id).revision;
    struct outcome outcome;

    assert_int_equal(move_item(w, id, w->folder, "kick.wav", &outcome), ERR_OK);
    assert_int_equal(outcome.revision, revision);
    assert_int_equal(writer_media(w, id).revision, revision);
    writer_check(w);
}

WRITER_CLAIM(a_move_to_a_wrong_place_is_refused)
{
    struct writer *w = *state;
    struct id id = writer_place(w, "kick.wav", 1);
    struct outcome outcome;

    assert_int_equal(move_item(w, id, id_new(), "kick.wav", &outcome), ERR_NOT_FOUND);
    assert_int_equal(move_item(w, id, w->folder, "a/b.wav", &outcome), ERR_BAD_REQUEST);
    assert_int_equal(move_item(w, id, w->folder, "", &outcome), ERR_BAD_REQUEST);
    assert_true(id_equal(writer_place(w, "kick.wav", 1), id));
    writer_check(w);
}
