#include <stdio.h>

#include "proto/service/service_parts.h"
#include "services/persist/places/removal.h"
#include "services/persist/turn/multipart.h"
#include "tests/unit/claim.h"
#include "tests/unit/persist/writer.h"

enum { KICKS = 40 /* more than are read together */ };

/* Removes the library at w->folder for a client that does not wait. */
static void remove_library(struct writer *w)
{
    struct library library = { .id = w->folder, .path = bytes_of("/music", 6), .online = true };
    struct service *service = calloc(1, sizeof(*service));
    struct fault fault = { 0 };
    struct done done;
    bool ended = false;

    assert_non_null(service);
    ticket_init(&service->tickets);
    struct call call = { .service = service, .frame.request = id_new(), .digest = 1 };
    assert_int_equal(folders_put_library(&w->p, &(struct persist_put_library){ .library = library }, &done, NULL),
                     ERR_OK);
    w->p.service = service;
    assert_int_equal(removal_begin(&w->p, &call, w->folder), ERR_OK);
    ticket_close(&call);
    while (!ended)
        assert_int_equal(w->p.multiparts->part(&w->p, w->p.multiparts, &ended, &fault), ERR_OK);
    multipart_forget(&w->p, w->p.multiparts);
    w->p.service = NULL;
    free(service);
}

static bool has_row(struct writer *w, enum database db, struct id id)
{
    struct key key = key_id(id);
    struct bytes value;

    return txn_get(w->p.w.txn, db, key_bytes(&key), &value) == ERR_OK;
}

WRITER_CLAIM(a_library_is_removed_with_its_items_and_folders)
{
    struct writer *w = *state;
    struct id kicks[KICKS];
    char name[16];

    for (int i = 0; i < KICKS; i++) {
        snprintf(name, sizeof(name), "kick%d.wav", i);
        kicks[i] = writer_place(w, name, 1);
    }
    remove_library(w);
    for (int i = 0; i < KICKS; i++)
        assert_false(has_row(w, DB_MEDIA, kicks[i]));
    assert_false(has_row(w, DB_LIBRARY, w->folder));
    assert_false(has_row(w, DB_FOLDER, w->folder));
    writer_check(w);
}

WRITER_CLAIM(an_item_that_cannot_be_read_stays_and_its_library_is_removed)
{
    struct writer *w = *state;
    struct id kick = writer_place(w, "kick.wav", 1), ride = writer_place(w, "ride.wav", 1),
              snare = writer_place(w, "snare.wav", 1), tom = writer_place(w, "tom.wav", 1);
    struct writer_damage item = writer_damage(w, DB_MEDIA, key_id(ride)),
                         place = writer_damage(w, DB_PLACE, key_place(w->folder, bytes_of("snare.wav", 9)));

    remove_library(w);
    assert_false(has_row(w, DB_LIBRARY, w->folder));
    assert_false(has_row(w, DB_MEDIA, kick));
    assert_false(has_row(w, DB_MEDIA, tom));
    writer_mend(w, &item);
    writer_mend(w, &place);
    assert_true(has_row(w, DB_FOLDER, w->folder));
    assert_true(id_equal(writer_media(w, ride).folder, w->folder));
    assert_true(id_equal(writer_media(w, snare).folder, w->folder));
    writer_check(w);
}
