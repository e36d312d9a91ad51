#include "services/search/search_duplicates.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "common/process/log.h"
#include "schema_service.h"
#include "services/search/duplicates.h"
#include "services/search/search_begin.h"
#include "services/search/search_get.h"
#include "services/search/search_groups.h"
#include "services/search/search_page.h"

enum { UNREAD_US = 5000000 /* time for which a result with unread fingerprints serves first pages */ };
enum { SLICE_US = 5000, PAUSE_US = 1000, SEARCHES_MAX = 4, SETTLED_US = 3000000 };

/* ---- one search ---- */

static void free_one(struct duplicates *d)
{
    while (d->waiting) {
        struct request *request = d->waiting;
        d->waiting = request->next;
        free(request);
    }
    if (d->search)
        search_groups_keep(d);
    free(d->copies);
    free(d->is_member);
    free(d->is_inside);
    free(d->is_shown);
    free(d->inside);
    free(d->is_wanted);
    groups_cut_free(&d->cut);
    free(d->verdicts);
    arena_free(&d->arena);
    free(d->query);
    free(d->ids);
    free(d);
}

/* Lists the items of `rows`, and frees them. */
static enum err take_ids(struct duplicates *d, struct bitmap *rows)
{
    uint32_t *each;

    /* Also for the marks of the wanted items and of those inside. */
    if (!limits_leave(bitmap_count(rows) * (sizeof(*each) + sizeof(*d->ids) + 2 * sizeof(bool)))) {
        bitmap_free(rows);
        return ERR_FULL;
    }
    each = bitmap_array(rows, &d->count);
    bitmap_free(rows);
    d->ids = alloc_array(d->count, sizeof(*d->ids));
    for (uint32_t i = 0; i < d->count; i++)
        d->ids[i] = index_id(&d->search->index, each[i]);
    free(each);
    qsort(d->ids, d->count, sizeof(*d->ids), id_order);
    d->groups = d->is_whole ? NULL : groups_new(d->ids, d->count);
    d->is_renewed = d->groups != NULL;
    return d->is_whole || d->groups ? ERR_OK : ERR_FULL;
}

/* Hidden items are not among these. */
static struct bitmap *find_all(struct search *search)
{
    static const struct node all = { .kind = NODE_ALL };
    struct match match = { &search->index, &search->catchup.volumes };

    return match_query(&match, &all);
}

static enum err take_all(struct duplicates *d)
{
    return take_ids(d, find_all(d->search));
}

/* By number of item: whether it is in `rows`, which are freed. */
static bool *mark_items(const struct duplicates *d, struct bitmap *rows)
{
    bool *is_marked = alloc_array(d->count, sizeof(*is_marked));
    uint32_t row;

    for (uint32_t i = 0; i < d->count; i++)
        is_marked[i] = index_find(&d->search->index, d->ids[i], &row) && bitmap_has(rows, row);
    bitmap_free(rows);
    return is_marked;
}

/* True if the groups of all items answer for these. */
static bool are_known(struct search *search, const struct bitmap *rows)
{
    uint32_t count = bitmap_count(rows);
    struct bitmap *all = search_groups_serves(search, count) ? find_all(search) : NULL;
    bool are_among = all && bitmap_and_count(rows, all) == count;

    bitmap_free(all);
    return are_among;
}

/* Takes all items, of which those of `rows` are wanted. Frees `rows`. */
static enum err take_part(struct duplicates *d, struct bitmap *rows)
{
    d->is_whole = true;
    if (take_all(d) != ERR_OK) {
        bitmap_free(rows);
        return ERR_FULL;
    }
    d->is_wanted = mark_items(d, rows);
    return ERR_OK;
}

static enum err take_query(struct duplicates *d, struct request *request, struct text query)
{
    struct bitmap *rows = NULL;
    struct node *root;
    enum err e = search_rows(request, query, &root, &rows);

    if (e != ERR_OK)
        return e;
    e = !d->is_whole && are_known(d->search, rows) ? take_part(d, rows) : take_ids(d, rows);
    return e == ERR_OK ? e : limits_refuse(request->fault, "the search for duplicates");
}

static enum err take_inside(struct duplicates *d, struct request *request, struct text inside)
{
    struct bitmap *rows = NULL;
    struct node *root;
    enum err e = inside.len ? search_rows(request, inside, &root, &rows) : ERR_OK;

    if (e == ERR_OK && inside.len)
        d->is_inside = mark_items(d, rows);
    return e;
}

static char *copy_text(struct text text)
{
    char *copy = alloc_bytes(text.len);

    if (text.len)
        memcpy(copy, text.at, text.len);
    return copy;
}

static struct duplicates *new_duplicates(struct search *search, struct text query, struct text inside)
{
    struct duplicates *d = alloc_zeroed(1, sizeof(*d));

    d->query = copy_text(query);
    d->inside = copy_text(inside);
    d->query_len = query.len;
    d->inside_len = inside.len;
    d->search = search;
    d->task = id_new();
    d->is_whole = query.len == 0;
    d->writes = search->index.writes;
    d->revision = search->index.revision;
    d->began = clock_steady();
    return d;
}

static enum err begin_duplicates(struct request *request, const struct search_duplicates *ask,
                                 struct duplicates **begun)
{
    struct duplicates *d = new_duplicates(request->search, ask->query, ask->inside);
    enum err e = take_query(d, request, ask->query);

    if (e == ERR_OK)
        e = take_inside(d, request, ask->inside);
    if (e != ERR_OK) {
        free_one(d);
        return e;
    }
    *begun = d;
    return ERR_OK;
}

static bool is_of(const struct duplicates *d, const struct search *search, const struct search_duplicates *ask)
{
    return d->writes == search->index.writes && text_equal(ask->query, (struct text){ d->query_len, d->query }) &&
           text_equal(ask->inside, (struct text){ d->inside_len, d->inside });
}

/* Missing fingerprints are being made meanwhile, so the next search may find more. Pages of one search stay
 * together. */
static bool is_outdated(const struct duplicates *d, const struct search_duplicates *ask)
{
    usec_t age = clock_steady() - d->began - (usec_t)d->took_us;

    return d->done && groups_unread(d->groups) && ask->cursor.len == 0 && ask->first == 0 && age > UNREAD_US;
}

/* ---- in the loop ---- */

static void answer_all(struct duplicates *d, enum err error, const struct fault *fault)
{
    struct service *service = d->search->service;

    while (d->waiting) {
        struct request *request = d->waiting;
        enum err e = error;
        d->waiting = request->next;
        if (e != ERR_OK)
            *request->fault = *fault;
        else if (ticket_is_open(service, request->ticket))
            e = duplicates_fill(d, request, request->answer);
        if (e == ERR_OK)
            ticket_answer(service, request->ticket, request->answer);
        else
            ticket_fail(service, request->ticket, request->fault);
        free(request);
    }
}

static bool is_awaited(const struct duplicates *d)
{
    for (const struct request *r = d->waiting; r; r = r->next)
        if (ticket_is_open(d->search->service, r->ticket))
            return true;
    return false;
}

static void drop_first(struct search *search)
{
    struct duplicates *d = search->duplicates;

    search->duplicates = d->next_one;
    free_one(d);
}

static enum err step_duplicates(struct duplicates *d, struct txn *txn, usec_t until)
{
    bool are_found = d->copies != NULL;
    enum err e = d->is_renewed ? ERR_OK : search_groups_renew(d, txn);

    if (e == ERR_OK && !are_found)
        e = groups_step(d->groups, txn, service_paths(d->search->service), until, &are_found);
    return e == ERR_OK && are_found && d->is_renewed ? duplicates_judge(d, txn, until) : e;
}

/* Runs a slice of the first unfinished search. It continues without clients, for one that asks again, unless clients of
 * another search wait. */
static void go_on(void *state)
{
    struct search *search = state;
    struct duplicates *d = search->duplicates;
    struct fault fault = { 0 };
    struct txn *txn;
    enum err e;

    if (d && d->next_one && (d->done || !is_awaited(d))) {
        drop_first(search);
        return;
    }
    if (!d || d->done) {
        service_every(search->service, 0, go_on, search);
        return;
    }
    e = search_read(search, &txn, &fault);
    if (e == ERR_OK) {
        e = step_duplicates(d, txn, clock_steady() + SLICE_US);
        txn_end(txn);
        if (e == ERR_FULL)
            limits_refuse(&fault, "the search for duplicates");
        else if (e != ERR_OK)
            fault_set(&fault, e, "the items cannot be read");
    }
    d->took_us = (double)(clock_steady() - d->began);
    if (d->done && groups_unread(d->groups))
        search_remake(search, &(struct indexer_remake){ 0 });
    if (e != ERR_OK || d->done)
        answer_all(d, e, &fault);
    if (d->done)
        search_groups_write(d, &fault);
    if (e == ERR_OK)
        return;
    groups_free(d->groups); /* half changed */
    d->groups = NULL;
    drop_first(search);
}

static enum err wait_for(struct duplicates *d, struct request *request)
{
    struct request *kept;
    enum err e = search_put_off(request, &kept);

    if (e != ERR_OK)
        return e;
    kept->next = d->waiting;
    d->waiting = kept;
    service_every(d->search->service, PAUSE_US, go_on, d->search);
    return ERR_OK;
}

enum err search_duplicates(struct request *request, const void *ask, void *answer)
{
    const struct search_duplicates *wanted = ask;
    struct search *search = request->search;
    struct duplicates **at = &search->duplicates;
    uint32_t count = 0;
    enum err e = ERR_OK;

    for (; *at; at = &(*at)->next_one, count++)
        if (is_of(*at, search, wanted) && !is_outdated(*at, wanted))
            return (*at)->done ? duplicates_fill(*at, request, answer) : wait_for(*at, request);
    if (count == SEARCHES_MAX)
        return fault_set(request->fault, ERR_BUSY, "%d searches for duplicates are under way", SEARCHES_MAX);
    e = begin_duplicates(request, wanted, at);
    return e == ERR_OK ? wait_for(*at, request) : e;
}

void search_duplicates_tend(struct search *search)
{
    const struct duplicates *last = search->duplicates;
    struct duplicates *d;

    if (clock_steady() - search->settled < SETTLED_US || (last && (!last->done || last->next_one || !last->is_whole)))
        return;
    if ((last && last->writes == search->index.writes) || !search_groups_are_wanted(search))
        return;
    d = new_duplicates(search, (struct text){ 0 }, (struct text){ 0 });
    if (take_all(d) != ERR_OK) {
        log_warn("data_mb leaves no room to bring the groups of duplicates up to date: the next ask looks for them");
        search->all.is_wanted = false;
        free_one(d);
        return;
    }
    *(search->duplicates ? &search->duplicates->next_one : &search->duplicates) = d;
    service_every(search->service, PAUSE_US, go_on, search);
}

void search_duplicates_end(struct search *search)
{
    while (search->duplicates)
        drop_first(search);
    groups_free(search->all.groups);
    search->all.groups = NULL;
}

void search_duplicates_list_tasks(const struct search *search, struct arena *arena, struct service_status *to)
{
    const struct duplicates *d = search->duplicates;
    struct task *tasks = arena_array(arena, to->tasks.count + 1, sizeof(*tasks));

    while (d && d->done)
        d = d->next_one;
    if (!d || !tasks)
        return;
    for (uint32_t i = 0; i < to->tasks.count; i++)
        tasks[i] = to->tasks.at[i];
    to->tasks.at = tasks;
    tasks += to->tasks.count++;
    *tasks = (struct task){ .id = d->task, .label = TEXT("Looking for duplicates") };
    if (d->groups)
        groups_progress(d->groups, &tasks->done, &tasks->total);
}
