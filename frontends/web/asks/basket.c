/* basket.c: the asks about the basket. The items are looked up one after the other; then a thread works on the folder,
 * because a sound's file system may hang. */
#include "frontends/web/asks/basket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "frontends/web/asks/basket_folder.h"
#include "schema_search.h"
#include "store/door/item_door.h"

enum { ITEMS_MOST = 1000, LOOK_UP_MS = 10000, FOLDER_US = 10000000, WHY_SIZE = 200 };

struct link_job {
    struct errand errand;
    struct own_asks *own;
    struct ticket ticket;
    bool clear, hard;
    uint32_t count, at; /* items; the next one to look up */
    struct id ids[ITEMS_MOST];
    struct door *doors[ITEMS_MOST]; /* NULL: refused */
    struct buffer refused;          /* sentences, each with a zero */
    struct basket_folder folder;
    enum err error;
    struct fault fault;
};

/* ---- in a thread ---- */

static void refuse_item(struct link_job *job, uint32_t i, const char *why)
{
    char id[ID_TEXT_SIZE];

    buffer_printf(&job->refused, "%s: %.*s", id_write(job->ids[i], id), WHY_SIZE, why);
    buffer_add(&job->refused, "", 1);
}

static void add_links(struct link_job *job)
{
    struct fault fault;

    for (uint32_t i = 0; i < job->count && errand_goes_on(&job->errand); i++) {
        if (!job->doors[i])
            continue;
        fault = (struct fault){ 0 };
        if (basket_folder_add(&job->folder, job->doors[i], job->hard, &fault) != ERR_OK)
            refuse_item(job, i, fault.what);
    }
}

static void work_on_folder(struct errand *errand)
{
    struct link_job *job = (struct link_job *)errand;

    job->error = basket_folder_open(&job->folder, job->own->paths->data, &job->fault);
    if (job->error == ERR_OK && job->clear)
        job->error = basket_folder_clear(&job->folder, &job->fault);
    if (job->error == ERR_OK)
        add_links(job);
    basket_folder_sort(&job->folder);
}

/* ---- the loop ---- */

static void drop_links(struct errand *errand)
{
    struct link_job *job = (struct link_job *)errand;

    for (uint32_t i = 0; i < job->count; i++)
        door_free(job->doors[i]);
    buffer_free(&job->refused);
    basket_folder_free(&job->folder);
    free(job);
}

static void fill_links(const struct basket_folder *folder, struct arena *arena, struct basket *to)
{
    to->folder = bytes_of(folder->path, strlen(folder->path));
    to->added = folder->added;
    to->present = folder->present;
    to->each.at = arena_array(arena, folder->count, sizeof(*to->each.at));
    for (uint32_t i = 0; i < folder->count; i++) {
        const struct basket_entry *entry = &folder->at[i];
        struct basket_link *link = &to->each.at[to->each.count++];

        *link = (struct basket_link){ .name = bytes_of(entry->name, strlen(entry->name)) };
        if (entry->target)
            link->target = bytes_of(entry->target, strlen(entry->target));
    }
}

static void fill_refused(const struct buffer *refused, struct arena *arena, struct basket *to)
{
    const char *at = (const char *)refused->at, *end = at ? at + refused->len : at;

    to->refused.at = arena_array(arena, ITEMS_MOST, sizeof(*to->refused.at));
    for (; at < end && to->refused.count < ITEMS_MOST; at += strlen(at) + 1)
        to->refused.at[to->refused.count++] = arena_utf8(arena, bytes_of(at, strlen(at)), 255);
}

static void end_links(struct errand *errand, bool lost)
{
    struct link_job *job = (struct link_job *)errand;
    struct service *service = job->own->service;
    struct arena arena = { 0 };
    struct basket basket = { 0 };
    struct fault gone = { 0 };

    if (lost || job->error != ERR_OK) {
        (void)fault_set(&gone, ERR_TIMEOUT, "a file system of the sounds does not answer: links may be missing");
        ticket_fail(service, job->ticket, lost ? &gone : &job->fault);
        return;
    }
    fill_links(&job->folder, &arena, &basket);
    fill_refused(&job->refused, &arena, &basket);
    ticket_answer(service, job->ticket, &basket);
    arena_free(&arena);
}

static void note_item(struct link_job *job, const struct item *item)
{
    struct fault why = { 0 };

    if (item->media.availability.value == ITEM_STATE_MISSING)
        fault_set(&why, ERR_NOT_FOUND, "its file is missing");
    else
        job->doors[job->at] = item_door(item, false, &why);
    if (!job->doors[job->at])
        refuse_item(job, job->at, why.what);
}

static void look_up_next(struct link_job *job);

static void take_item(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct link_job *job = state;

    if (error == ERR_OK)
        note_item(job, &((const struct media_found *)answer)->item);
    else
        refuse_item(job, job->at, fault->what);
    job->at++;
    look_up_next(job);
}

static void look_up_next(struct link_job *job)
{
    struct search_get ask = { .has_id = true, .has_leads = true, .leads = true };
    struct fault fault = { 0 };

    while (job->at < job->count) {
        ask.id = job->ids[job->at];
        if (service_ask(job->own->service, "search.get", &ask, LOOK_UP_MS, NULL, take_item, job, &fault) == ERR_OK)
            return;
        refuse_item(job, job->at, fault.what);
        job->at++;
    }
    errand_start(job->own->basket, &job->errand);
}

enum err basket_answer(struct own_asks *own, struct call *call, const struct web_basket_add *add, bool clear)
{
    struct link_job *job = alloc_zeroed(1, sizeof(*job));

    job->errand =
        (struct errand){ .run = work_on_folder, .done = end_links, .drop = drop_links, .patience = FOLDER_US };
    job->own = own;
    job->ticket = call_defer(call);
    job->clear = clear;
    job->hard = add && add->has_hard && add->hard;
    for (uint32_t i = 0; add && i < add->ids.count && i < ITEMS_MOST; i++)
        job->ids[job->count++] = add->ids.at[i];
    look_up_next(job);
    return ERR_OK;
}
