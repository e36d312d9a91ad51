#include "services/persist/edit/edit.h"
#include "services/persist/places/folder_moves.h"
#include "services/persist/places/pack.h"
#include "services/persist/places/repack.h"
#include "tests/unit/claim.h"
#include "tests/unit/persist/writer.h"

enum { ITEMS = 50 };

static struct id put_folder(struct writer *w, struct id parent, const char *name)
{
    struct folder music, folder = { .parent = parent, .name = bytes_of(name, strlen(name)) };
    struct done done;

    assert_int_equal(catalogue_folder(w->p.w.txn, &w->p.arena, w->folder, &music), ERR_OK);
    folder.volume = music.volume;
    assert_int_equal(folders_put(&w->p, &folder, &done, NULL), ERR_OK);
    return done.id;
}

static struct id put_item(struct writer *w, struct id folder, int number, struct text pack)
{
    char name[16];
    struct place place = { .folder = folder, .size = 1, .mtime = 1, .pack = pack };
    struct outcome outcome = { 0 };

    snprintf(name, sizeof(name), "%d.wav", number);
    place.file = bytes_of(name, strlen(name));
    assert_int_equal(places_put(&w->p, &place, &outcome, NULL), ERR_OK);
    return outcome.id;
}

/* A library with a folder A, and items in A and in A/deep. */
static struct id fill_store(struct writer *w, struct id items[ITEMS])
{
    struct persist_put_library put = { .library = { .id = w->folder, .path = bytes_of("/music", 6), .online = true } };
    struct done done;

    assert_int_equal(folders_put_library(&w->p, &put, &done, NULL), ERR_OK);
    struct id a = put_folder(w, w->folder, "A"), deep = put_folder(w, a, "deep");
    for (int i = 0; i < ITEMS; i++)
        items[i] = put_item(w, i % 2 ? a : deep, i, TEXT("A"));
    return a;
}

static void rename_to(struct writer *w, struct id folder, const char *name)
{
    struct done done;

    assert_int_equal(folders_move(&w->p, folder, w->folder, bytes_of(name, strlen(name)), &done, NULL), ERR_OK);
}

static void finish_work(struct writer *w)
{
    while (repack_part(&w->p))
        ;
}

WRITER_CLAIM(the_pack_of_a_place_is_the_topmost_folder_or_the_library)
{
    struct writer *w = *state;
    struct id items[ITEMS], a = fill_store(w, items);
    struct text pack;

    assert_int_equal(pack_of_folder(&w->p, put_folder(w, a, "deep"), &pack), ERR_OK);
    assert_true(text_is(pack, "A"));
    assert_int_equal(pack_of_folder(&w->p, w->folder, &pack), ERR_OK);
    assert_true(text_is(pack, "music"));
}

WRITER_CLAIM(items_follow_a_renamed_folder_and_a_persons_pack_stays)
{
    struct writer *w = *state;
    struct id items[ITEMS], a = fill_store(w, items);
    struct edit edit = { .id = items[7], .has_pack = true, .pack = TEXT("mine") };
    struct done done;

    assert_int_equal(edit_apply(&w->p, &edit, EDIT_BY_PERSON, &done, NULL), ERR_OK);
    rename_to(w, a, "B");
    finish_work(w);
    for (int i = 0; i < ITEMS; i++)
        assert_true(text_is(writer_media(w, items[i]).pack, i == 7 ? "mine" : "B"));
    writer_check(w);
}

WRITER_CLAIM(a_successor_goes_on_and_two_renames_leave_the_last_name)
{
    struct writer *w = *state;
    struct id items[ITEMS], a = fill_store(w, items);

    rename_to(w, a, "B");
    (void)repack_part(&w->p);
    repack_close(&w->p); /* as a death does */
    rename_to(w, a, "C");
    finish_work(w);
    for (int i = 0; i < ITEMS; i++)
        assert_true(text_is(writer_media(w, items[i]).pack, "C"));
    writer_check(w);
}

/* The work on the current row has done some items when the folder gets its first name again, then the other. */
WRITER_CLAIM(a_folder_renamed_back_under_the_row_in_hand_is_done_whole)
{
    struct writer *w = *state;
    struct id items[ITEMS], a = fill_store(w, items);
    int more = 1000;

    while (!w->p.repack) { /* until a turn is too short for the items */
        finish_work(w);
        for (int i = 0; i < more; i++)
            put_item(w, a, ITEMS + more + i, TEXT("A"));
        more *= 2;
        rename_to(w, a, "B");
        rename_to(w, a, "A");
        assert_int_equal(txn_commit(w->p.w.txn, NULL), ERR_OK);
        w->p.w.txn = NULL; /* the part has a turn of its own */
        writer_run_clock(100);
        (void)repack_part(&w->p);
        writer_run_clock(0);
    }
    rename_to(w, a, "B");
    finish_work(w);
    for (int i = 0; i < ITEMS; i++)
        assert_true(text_is(writer_media(w, items[i]).pack, "B"));
    writer_check(w);
}

WRITER_CLAIM(an_item_that_moves_alone_gets_the_pack_of_its_place)
{
    struct writer *w = *state;
    struct id items[ITEMS], other;
    struct move move = { .file = bytes_of("x.wav", 5) };
    struct outcome outcome = { 0 };

    fill_store(w, items);
    other = put_folder(w, w->folder, "Other");
    move.id = items[0];
    move.folder = other;
    assert_int_equal(places_move(&w->p, &move, &outcome, NULL), ERR_OK);
    assert_true(text_is(writer_media(w, items[0]).pack, "Other"));
    writer_check(w);
}

static struct done follow_to(struct writer *w, struct id folder, const char *name, enum err expected)
{
    const struct persist_move_folder ask = { .id = folder, .parent = w->folder, .name = bytes_of(name, strlen(name)) };
    struct done done;

    assert_int_equal(folder_moves_follow(&w->p, &ask, &done, NULL), expected);
    return done;
}

static void take_step(struct writer *w, uint64_t number, bool back, enum err expected)
{
    struct undo_step row;
    struct done done;

    assert_int_equal(undo_row(w->p.w.txn, &w->p.arena, undo_moves, number, &row), ERR_OK);
    assert_int_equal(folder_moves_take(&w->p, &row, back, &done, NULL), expected);
    finish_work(w);
}

WRITER_CLAIM(the_move_of_a_folder_is_a_step_that_is_taken_back_and_not_followed_again)
{
    struct writer *w = *state;
    struct id items[ITEMS], a = fill_store(w, items), b, deep;
    struct outcome outcome;
    struct undo_pointers stack;

    follow_to(w, a, "B", ERR_OK);
    follow_to(w, a, "B", ERR_OK); /* nothing to follow */
    assert_int_equal(undo_pointers(&w->p, undo_moves, &stack), ERR_OK);
    assert_int_equal(stack.top, 1);
    take_step(w, 1, true, ERR_OK);
    for (int i = 0; i < ITEMS; i++) {
        assert_int_equal(writer_media(w, items[i]).availability.value, ITEM_STATE_MISSING);
        assert_true(text_is(writer_media(w, items[i]).pack, "A"));
    }
    follow_to(w, a, "B", ERR_DENIED);
    b = put_folder(w, w->folder, "B");
    deep = put_folder(w, b, "deep");
    const struct move again = { .id = items[0], .folder = deep, .file = bytes_of("0.wav", 5) };
    const struct move elsewhere = { .id = items[0], .folder = w->folder, .file = bytes_of("0.wav", 5) };
    assert_int_equal(places_move(&w->p, &again, &outcome, NULL), ERR_DENIED);
    assert_int_equal(places_move(&w->p, &elsewhere, &outcome, NULL), ERR_OK);
    take_step(w, 1, false, ERR_CONFLICT); /* another folder is there now */
    writer_check(w);
}

WRITER_CLAIM(the_move_of_a_folder_is_done_again)
{
    struct writer *w = *state;
    struct id items[ITEMS], a = fill_store(w, items);

    follow_to(w, a, "B", ERR_OK);
    take_step(w, 1, true, ERR_OK);
    take_step(w, 1, false, ERR_OK);
    for (int i = 0; i < ITEMS; i++) {
        assert_int_equal(writer_media(w, items[i]).availability.value, ITEM_STATE_LOCAL);
        assert_true(text_is(writer_media(w, items[i]).pack, "B"));
    }
    follow_to(w, a, "C", ERR_OK);
    follow_to(w, a, "B", ERR_OK);
    writer_check(w);
}
