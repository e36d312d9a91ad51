#include <stdio.h>
#include <sys/resource.h>

#include "common/process/limits.h"
#include "proto/service/service_parts.h"
#include "services/persist/edit/edit.h"
#include "services/persist/places/forgetting.h"
#include "services/persist/places/repack.h"
#include "services/persist/steps/undo.h"
#include "tests/unit/claim.h"
#include "tests/unit/persist/writer.h"

enum { FOLDERS = 200 /* more than the list has room for at first */, TICKS = 10, PERIODS = 2 /* of the two works */ };

/* A library with many folders, whose removal is noted as a row. */
static void remove_library(struct writer *w)
{
    struct library library = { .id = w->folder, .path = bytes_of("/music", 6), .online = true };
    struct undo_step row = { .library = library, .has_library = true, .forgotten = 1, .has_forgotten = true };
    struct folder music;
    struct done done;
    char name[16];

    assert_int_equal(catalogue_folder(w->p.w.txn, &w->p.arena, w->folder, &music), ERR_OK);
    for (int i = 0; i < FOLDERS; i++) {
        struct folder folder = { .volume = music.volume, .parent = w->folder };
        snprintf(name, sizeof(name), "%d", i);
        folder.name = bytes_of(name, strlen(name));
        assert_int_equal(folders_put(&w->p, &folder, &done, NULL), ERR_OK);
    }
    assert_int_equal(folders_put_library(&w->p, &(struct persist_put_library){ .library = library }, &done, NULL),
                     ERR_OK);
    assert_int_equal(forgetting_take(&w->p, &row, false, &done, NULL), ERR_OK);
}

/* Continues the work while the process may take no more memory. */
static enum err continue_without_memory(struct writer *w)
{
    struct rlimit before, none;
    enum err e;

    assert_int_equal(getrlimit(RLIMIT_DATA, &before), 0);
    free(malloc(100000)); /* this is left for small things */
    none = (struct rlimit){ 1, before.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_DATA, &none), 0);
    const enum err expected = limits_leave(1 << 12) ? ERR_OK : ERR_FULL; /* a sanitizer has no limit */
    e = forgetting_continue(&w->p);
    assert_int_equal(setrlimit(RLIMIT_DATA, &before), 0);
    assert_int_equal(e, expected);
    return e;
}

WRITER_CLAIM(a_removal_without_memory_is_tried_again)
{
    struct writer *w = *state;
    struct id kick = writer_place(w, "kick.wav", 1);
    struct service *service = calloc(1, sizeof(*service));

    assert_non_null(service);
    remove_library(w);
    w->p.service = service;
    (void)continue_without_memory(w);
    assert_false(turn_is_broken(&w->p));
    for (int i = 0; i < TICKS && service->timer_count > 0; i++)
        service->timers[0].tick(service->timers[0].state);
    assert_int_equal(service->timer_count, 0);
    assert_true(writer_media(w, kick).has_forgotten);
    w->p.service = NULL;
    writer_check(w);
    free(service);
}

static void note_periods(const struct service *service, usec_t periods[PERIODS])
{
    assert_int_equal(service->timer_count, PERIODS);
    for (int i = 0; i < PERIODS; i++)
        periods[i] = service->timers[i].period;
}

/* If each turn fails, the work would otherwise fail a thousand times a second. */
WRITER_CLAIM(work_whose_turn_failed_waits_longer_than_after_an_opening)
{
    struct writer *w = *state;
    struct service *service = calloc(1, sizeof(*service));
    usec_t opened[PERIODS], failed[PERIODS];

    assert_non_null(service);
    remove_library(w);
    writer_check(w);
    w->p.service = service;
    forgetting_resume(&w->p);
    repack_resume(&w->p);
    note_periods(service, opened);
    (void)turn_wrote(&w->p, ERR_INTERNAL);
    turn_end(&w->p);
    note_periods(service, failed);
    for (int i = 0; i < PERIODS; i++)
        assert_true(failed[i] > opened[i]);
    w->p.service = NULL;
    assert_int_equal(turn_continue(&w->p, id_new(), NULL), ERR_OK);
    writer_check(w);
    free(service);
}

/* Adds a library with one item, and removes it: only its row of work is left. */
static struct id remove_small_library(struct writer *w, const char *name)
{
    struct undo_step row = { .has_library = true, .forgotten = 1, .has_forgotten = true };
    struct persist_put_library put = { .library = { .path = bytes_of(name, strlen(name)), .online = true } };
    struct folder folder;
    struct done done;

    assert_int_equal(catalogue_folder(w->p.w.txn, &w->p.arena, w->folder, &folder), ERR_OK);
    folder.name = put.library.path;
    assert_int_equal(folders_put(&w->p, &folder, &done, NULL), ERR_OK);
    const struct place place = { .folder = done.id,
                                 .file = bytes_of("a.wav", 5),
                                 .size = 1,
                                 .mtime = 1,
                                 .kind.value = KIND_AUDIO,
                                 .availability.value = ITEM_STATE_LOCAL };
    struct outcome outcome = { 0 };
    assert_int_equal(places_put(&w->p, &place, &outcome, NULL), ERR_OK);
    row.library = put.library;
    row.library.id = put.library.id = place.folder;
    assert_int_equal(folders_put_library(&w->p, &put, &done, NULL), ERR_OK);
    assert_int_equal(forgetting_take(&w->p, &row, false, &done, NULL), ERR_OK);
    return outcome.id;
}

WRITER_CLAIM(a_folder_that_cannot_be_forgotten_stops_no_undo_and_no_other_removal)
{
    struct writer *w = *state;
    struct id plain = writer_place(w, "plain.wav", 1), first = remove_small_library(w, "first"),
              whole = remove_small_library(w, "second");
    const struct edit edit = { .id = plain, .has_favourite = true, .favourite = true };
    struct service *service = calloc(1, sizeof(*service));
    struct writer_damage damage;
    struct taken_back taken;
    struct done done;
    bool is_cut;

    assert_non_null(service);
    assert_int_equal(edit_apply(&w->p, &edit, EDIT_BY_PERSON, &done, NULL), ERR_OK);
    damage = writer_damage(w, DB_FOLDER, key_id(writer_media(w, first).folder));
    w->p.service = service;
    for (int back = 1; back >= 0; back--) {
        assert_int_equal(undo_take(&w->p, (struct id){ 0 }, back, &is_cut, &taken, NULL), ERR_OK);
        assert_true(id_equal(taken.id, plain));
        assert_int_equal(writer_media(w, plain).favourite, !back);
        assert_true(writer_media(w, whole).has_forgotten);
    }
    assert_int_equal(forgetting_continue(&w->p), ERR_INTERNAL);
    writer_mend(w, &damage);
    assert_int_equal(forgetting_continue(&w->p), ERR_OK);
    assert_true(writer_media(w, first).has_forgotten);
    w->p.service = NULL;
    writer_check(w);
    free(service);
}

WRITER_CLAIM(an_item_that_cannot_be_read_stays_and_the_others_of_its_library_are_forgotten)
{
    struct writer *w = *state;
    struct id kick = writer_place(w, "kick.wav", 1), ride = writer_place(w, "ride.wav", 1),
              snare = writer_place(w, "snare.wav", 1), tom = writer_place(w, "tom.wav", 1);
    struct service *service = calloc(1, sizeof(*service));

    assert_non_null(service);
    remove_library(w);
    struct writer_damage item = writer_damage(w, DB_MEDIA, key_id(ride)),
                         place = writer_damage(w, DB_PLACE, key_place(w->folder, bytes_of("snare.wav", 9)));
    w->p.service = service;
    assert_int_equal(forgetting_continue(&w->p), ERR_OK);
    w->p.service = NULL;
    assert_null(w->p.multiparts);
    writer_mend(w, &item);
    writer_mend(w, &place);
    assert_true(writer_media(w, kick).has_forgotten);
    assert_true(writer_media(w, tom).has_forgotten);
    assert_false(writer_media(w, ride).has_forgotten);
    assert_false(writer_media(w, snare).has_forgotten);
    writer_check(w);
    free(service);
}
