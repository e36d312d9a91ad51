/* Rows that cannot be read keep no other forgotten item from the list, and none from being removed. */
#include <stdio.h>

#include "proto/service/service_parts.h"
#include "proto/wire/codec.h"
#include "services/persist/edit/edit.h"
#include "services/persist/places/forgotten.h"
#include "tests/unit/claim.h"
#include "tests/unit/persist/writer.h"

static const struct ask emptying = { .full_name = "persist.empty_forgotten", .answer = &emptied_shape };

/* Forgotten items, in the order of their ids. */
enum { PLAIN, ITEM_DAMAGED, ITEM_MISSING, PLACE_DAMAGED, FOLDER_DAMAGED, FOLDER_MISSING, DEEP, LAST, ITEMS };
struct forgotten_items {
    struct id at[ITEMS], folder[ITEMS];
};

static struct id add_folder(struct writer *w, struct id parent, struct bytes name)
{
    struct folder folder, above;
    struct done done;

    assert_int_equal(catalogue_folder(w->p.w.txn, &w->p.arena, parent, &above), ERR_OK);
    folder = (struct folder){ .volume = above.volume, .parent = parent, .name = name };
    assert_int_equal(folders_put(&w->p, &folder, &done, NULL), ERR_OK);
    return done.id;
}

/* A folder whose path is longer than a path may be. */
static struct id add_deep_folder(struct writer *w, struct id folder)
{
    char name[255];

    memset(name, 'n', sizeof(name));
    for (size_t bytes = 0; bytes <= PATH_MAX; bytes += sizeof(name))
        folder = add_folder(w, folder, bytes_of(name, sizeof(name)));
    return folder;
}

static void forget_item(struct writer *w, struct id id)
{
    const struct edit edit = { .id = id, .has_forgotten = true, .forgotten = true };
    struct done done;

    assert_int_equal(edit_apply(&w->p, &edit, EDIT_BY_PERSON, &done, NULL), ERR_OK);
}

/* Each in a folder of its own. */
static struct forgotten_items forget_items(struct writer *w)
{
    struct forgotten_items items;
    struct id music = w->folder;

    for (int i = 0; i < ITEMS; i++) {
        char name[16];
        snprintf(name, sizeof(name), "%d", i);
        w->folder = items.folder[i] = add_folder(w, music, bytes_of(name, strlen(name)));
        if (i == DEEP)
            w->folder = add_deep_folder(w, w->folder);
        items.at[i] = writer_place(w, "a.wav", 1);
        forget_item(w, items.at[i]);
    }
    w->folder = music;
    return items;
}

static void damage_row(struct writer *w, enum database db, struct key key)
{
    assert_int_equal(txn_put(w->p.w.txn, db, key_bytes(&key), bytes_of("nonsense", 8)), ERR_OK);
}

static void drop_row(struct writer *w, enum database db, struct key key)
{
    assert_int_equal(txn_delete(w->p.w.txn, db, key_bytes(&key)), ERR_OK);
}

static void damage_items(struct writer *w, const struct forgotten_items *items)
{
    damage_row(w, DB_MEDIA, key_id(items->at[ITEM_DAMAGED]));
    drop_row(w, DB_MEDIA, key_id(items->at[ITEM_MISSING]));
    damage_row(w, DB_PLACE, key_place(items->folder[PLACE_DAMAGED], bytes_of("a.wav", 5)));
    damage_row(w, DB_FOLDER, key_id(items->folder[FOLDER_DAMAGED]));
    drop_row(w, DB_FOLDER, key_id(items->folder[FOLDER_MISSING]));
}

WRITER_CLAIM(an_item_that_cannot_be_read_is_left_out_of_the_list_and_one_without_a_path_is_in_it)
{
    static const int listed[] = { PLAIN, PLACE_DAMAGED, FOLDER_DAMAGED, FOLDER_MISSING, DEEP, LAST };
    struct writer *w = *state;
    struct forgotten_items items = forget_items(w);
    struct forgotten_line_list lines = { 0 };

    damage_items(w, &items);
    assert_int_equal(forgotten_list(w->p.w.txn, &w->p.arena, (struct id){ { 0 } }, 100, &lines), ERR_OK);
    assert_int_equal(lines.count, 6);
    for (int i = 0; i < 6; i++) {
        bool has_path = listed[i] == PLAIN || listed[i] == PLACE_DAMAGED || listed[i] == LAST;
        assert_true(id_equal(lines.at[i].id, items.at[listed[i]]));
        assert_true(text_is(lines.at[i].name, "a"));
        assert_int_equal(lines.at[i].path.len > 0, has_path);
    }
}

WRITER_CLAIM(emptying_leaves_only_the_items_that_cannot_be_read)
{
    struct writer *w = *state;
    struct forgotten_items items = forget_items(w);
    struct service *service = calloc(1, sizeof(*service));
    struct call call = { .service = service, .ask = &emptying, .frame.request = id_new(), .in_handler = true };
    struct emptied emptied = { 0 };
    struct bytes value;

    assert_non_null(service);
    damage_items(w, &items);
    w->p.service = service;
    assert_int_equal(forgotten_begin_emptying(&w->p, &call), ERR_OK);
    for (int i = 0; i < 10 && service->timer_count > 0; i++)
        service->timers[0].tick(service->timers[0].state);
    assert_int_equal(service->timer_count, 0);
    assert_false(turn_is_broken(&w->p));
    assert_int_equal(call.error, ERR_OK);
    assert_int_equal(codec_decode(&emptied_shape, buffer_bytes(&call.body), &w->p.arena, &emptied, NULL), ERR_OK);
    assert_int_equal(emptied.items, 6);
    for (int i = 0; i < ITEMS; i++) {
        struct key key = key_id(items.at[i]), folder = key_id(items.folder[i]);
        assert_int_equal(txn_get(w->p.w.txn, DB_MEDIA, key_bytes(&key), &value) == ERR_OK, i == ITEM_DAMAGED);
        if (i == PLACE_DAMAGED || i == LAST)
            assert_int_equal(txn_get(w->p.w.txn, DB_FOLDER, key_bytes(&folder), &value), ERR_NOT_FOUND);
    }
    w->p.service = NULL;
    buffer_free(&call.body);
    free(service);
}
