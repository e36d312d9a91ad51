#include <stdlib.h>
#include <string.h>
#include "schema_service.h"
#include "services/search/search.h"
#include "services/search/twins.h"

enum { SLICE_US = 5000, PAUSE_US = 1000, SEARCHES_MAX = 4, GROUP_MAX = 1000 };

/* One search for groups, and who waits for it. The last finished one is kept for its next pages. */
struct duplicates {
    struct search *search;
    struct id task;
    char *query;
    uint32_t query_len;
    uint64_t writes, revision; /* of the index when it began */
    struct id *ids;            /* that are looked at, the earliest first */
    struct twins *twins;
    bool done;
    usec_t began;
    double took_us;
    struct request *waiting;
    struct duplicates *next;
};

/* ---- one search ---- */

static void free_one(struct duplicates *d)
{
    if (!d)
        return;
    while (d->waiting) {
        struct request *request = d->waiting;
        d->waiting = request->next;
        free(request);
    }
    twins_free(d->twins);
    free(d->query);
    free(d->ids);
    free(d);
}

static int by_id(const void *a, const void *b)
{
    return id_compare(*(const struct id *)a, *(const struct id *)b);
}

static enum err take_ids(struct duplicates *d, struct request *request, struct text query)
{
    struct bitmap *rows = NULL;
    struct node *root;
    uint32_t count = 0, *each = NULL;
    enum err e = search_rows(request, query, &root, &rows);

    if (e != ERR_OK)
        return e;
    each = match_rows(rows, &count);
    d->ids = calloc(count + 1, sizeof(*d->ids));
    for (uint32_t i = 0; each && d->ids && i < count; i++)
        d->ids[i] = index_id(&d->search->index, each[i]);
    if (each && d->ids) {
        qsort(d->ids, count, sizeof(*d->ids), by_id);
        d->twins = twins_new(d->ids, count);
    }
    free(each);
    bitmap_free(rows);
    return d->twins ? ERR_OK : fault_set(request->fault, ERR_FULL, "no memory to look for duplicates");
}

static enum err begin(struct request *request, struct text query, struct duplicates **begun)
{
    struct duplicates *d = calloc(1, sizeof(*d));
    enum err e;

    if (!d || !(d->query = malloc(query.len + 1))) {
        free(d);
        return fault_set(request->fault, ERR_FULL, "no memory to look for duplicates");
    }
    if (query.len)
        memcpy(d->query, query.at, query.len);
    d->query_len = query.len;
    d->search = request->search;
    d->task = id_new();
    d->writes = request->search->index.writes;
    d->revision = request->search->index.revision;
    d->began = clock_steady();
    e = take_ids(d, request, query);
    if (e != ERR_OK) {
        free_one(d);
        return e;
    }
    *begun = d;
    return ERR_OK;
}

static bool is_of(const struct duplicates *d, const struct search *search, struct text query)
{
    return d->writes == search->index.writes && text_equal(query, (struct text){ d->query_len, d->query });
}

/* ---- the answer ---- */

static double length_of(const struct duplicate *d)
{
    return d->sample_rate ? (double)d->frames / (double)d->sample_rate : 0;
}

static bool is_lossless(const struct duplicate *d)
{
    return !text_is(d->sample_format, "vorbis") && !text_is(d->sample_format, "opus") &&
           !text_is(d->sample_format, "mpeg");
}

/* Above zero: `a` is the better one to keep. */
static int better(const struct duplicate *a, const struct duplicate *b)
{
    double longer = length_of(a) - length_of(b);

    if (is_lossless(a) != is_lossless(b))
        return is_lossless(a) - is_lossless(b);
    if (a->sample_rate != b->sample_rate)
        return a->sample_rate > b->sample_rate ? 1 : -1;
    if (a->channels != b->channels)
        return a->channels > b->channels ? 1 : -1;
    if (longer > 0.005 || longer < -0.005)
        return longer > 0 ? 1 : -1;
    if (a->bit_depth != b->bit_depth)
        return a->bit_depth > b->bit_depth ? 1 : -1;
    if (a->favourite != b->favourite)
        return a->favourite - b->favourite;
    return id_compare(b->id, a->id);
}

static bool other_container(const struct duplicate *a, const struct duplicate *b)
{
    return !text_equal(a->container, b->container);
}

static bool other_format(const struct duplicate *a, const struct duplicate *b)
{
    return !text_equal(a->sample_format, b->sample_format);
}

static bool other_depth(const struct duplicate *a, const struct duplicate *b)
{
    return a->bit_depth != b->bit_depth;
}

static bool other_rate(const struct duplicate *a, const struct duplicate *b)
{
    return a->sample_rate != b->sample_rate;
}

static bool other_channels(const struct duplicate *a, const struct duplicate *b)
{
    return a->channels != b->channels;
}

static bool other_length(const struct duplicate *a, const struct duplicate *b)
{
    double off = length_of(a) - length_of(b);

    return off > 0.001 || off < -0.001;
}

static bool other_loudness(const struct duplicate *a, const struct duplicate *b)
{
    double off = a->lufs - b->lufs;

    return a->has_lufs && b->has_lufs && (off > 0.3 || off < -0.3);
}

static const struct difference {
    const char *name;
    bool (*is)(const struct duplicate *a, const struct duplicate *b);
} DIFFERENCES[] = {
    { "container", other_container }, { "sample_format", other_format }, { "bit_depth", other_depth },
    { "sample_rate", other_rate },    { "channels", other_channels },    { "length", other_length },
    { "loudness", other_loudness },
};

enum { DIFFERENCE_COUNT = sizeof(DIFFERENCES) / sizeof(*DIFFERENCES) };

static enum err compare_group(struct arena *arena, struct duplicate_group *group)
{
    const struct duplicate *best = group->each.at;

    group->differs.at = arena_array(arena, DIFFERENCE_COUNT, sizeof(*group->differs.at));
    if (!group->differs.at)
        return ERR_FULL;
    for (uint32_t i = 1; i < group->each.count; i++)
        best = better(&group->each.at[i], best) > 0 ? &group->each.at[i] : best;
    group->keep = best->id;
    for (size_t k = 0; k < DIFFERENCE_COUNT; k++)
        for (uint32_t i = 1; i < group->each.count; i++)
            if (DIFFERENCES[k].is(&group->each.at[0], &group->each.at[i])) {
                group->differs.at[group->differs.count++] = text_of(DIFFERENCES[k].name);
                break;
            }
    return ERR_OK;
}

static enum err read_one(struct txn *txn, struct arena *arena, struct id id, struct duplicate *to)
{
    struct item item = { 0 };
    struct duplicate one;
    enum err e = catalogue_item(txn, arena, id, &item);

    if (e != ERR_OK)
        return e;
    one = (struct duplicate){ .id = id,
                              .path = item.path,
                              .container = item.media.container,
                              .sample_format = item.media.sample_format,
                              .bit_depth = item.media.bit_depth,
                              .sample_rate = item.media.sample_rate,
                              .channels = item.media.channels,
                              .frames = item.media.frames,
                              .size = item.media.size,
                              .favourite = item.media.favourite };
    for (uint32_t i = 0; i < item.facts.count; i++)
        if (item.facts.at[i].has_number && text_is(item.facts.at[i].attribute, "lufs")) {
            one.has_lufs = true;
            one.lufs = item.facts.at[i].number;
        }
    return codec_copy(&duplicate_shape, &one, arena, to);
}

static enum err read_group(const struct duplicates *d, struct txn *txn, struct arena *arena,
                           const struct twins_group *from, struct duplicate_group *to)
{
    uint32_t count = from->count < GROUP_MAX ? from->count : GROUP_MAX;

    *to = (struct duplicate_group){ .kind = { .value = DUPLICATE_KIND_SAME_FILE + (int32_t)from->kind } };
    to->each.at = arena_array(arena, count, sizeof(*to->each.at));
    if (!to->each.at)
        return ERR_FULL;
    for (uint32_t i = 0; i < count; i++) {
        enum err e = read_one(txn, arena, d->ids[from->at[i]], &to->each.at[to->each.count]);
        if (e == ERR_FULL)
            return e;
        to->each.count += e == ERR_OK;
    }
    return to->each.count ? compare_group(arena, to) : ERR_OK;
}

static bool is_wanted(const struct search_duplicates *ask, enum twins_kind kind)
{
    return !ask->has_kind || ask->kind.value == DUPLICATE_KIND_SAME_FILE + (int32_t)kind;
}

static enum err read_groups(const struct duplicates *d, struct txn *txn, struct arena *arena,
                            const struct search_duplicates *ask, struct duplicates_found *found)
{
    struct twins_group group;
    enum err e = ERR_OK;

    found->groups.at = arena_array(arena, ask->limit, sizeof(*found->groups.at));
    if (!found->groups.at)
        return ERR_FULL;
    for (uint32_t i = 0; e == ERR_OK && twins_group(d->twins, i, &group); i++) {
        if (!is_wanted(ask, group.kind))
            continue;
        if (found->total++ < ask->first || found->groups.count >= ask->limit)
            continue;
        e = read_group(d, txn, arena, &group, &found->groups.at[found->groups.count]);
        found->groups.count += e == ERR_OK && found->groups.at[found->groups.count].each.count > 1;
    }
    return e;
}

static enum err fill(const struct duplicates *d, struct request *request, struct duplicates_found *found)
{
    struct txn *txn;
    enum err e = search_read(d->search, &txn, request->fault);

    if (e != ERR_OK)
        return e;
    e = read_groups(d, txn, request->arena, request->ask, found);
    txn_end(txn);
    found->revision = d->revision;
    found->took_us = d->took_us;
    return e == ERR_OK ? e : fault_set(request->fault, e, "no memory for the groups");
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
            e = fill(d, request, request->answer);
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

    search->duplicates = d->next;
    free_one(d);
}

/* A slice of the first one that is not done. It goes on when nobody waits any more, for whoever asks again; but not
 * when others do. */
static void go_on(void *state)
{
    struct search *search = state;
    struct duplicates *d = search->duplicates;
    struct fault fault = { 0 };
    struct txn *txn;
    enum err e;

    if (d && d->next && (d->done || !is_awaited(d))) {
        drop_first(search);
        return;
    }
    if (!d || d->done) {
        service_every(search->service, 0, go_on, search);
        return;
    }
    e = search_read(search, &txn, &fault);
    if (e == ERR_OK) {
        e = twins_step(d->twins, txn, service_paths(search->service), clock_steady() + SLICE_US, &d->done);
        txn_end(txn);
        if (e != ERR_OK)
            fault_set(&fault, e, "no memory to look for duplicates");
    }
    d->took_us = (double)(clock_steady() - d->began);
    if (e != ERR_OK || d->done)
        answer_all(d, e, &fault);
    if (e != ERR_OK)
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

    for (; *at; at = &(*at)->next, count++)
        if (is_of(*at, search, wanted->query))
            return (*at)->done ? fill(*at, request, answer) : wait_for(*at, request);
    if (count == SEARCHES_MAX)
        return fault_set(request->fault, ERR_BUSY, "%d searches for duplicates are under way", SEARCHES_MAX);
    e = begin(request, wanted->query, at);
    return e == ERR_OK ? wait_for(*at, request) : e;
}

void search_duplicates_end(struct search *search)
{
    while (search->duplicates)
        drop_first(search);
}

void search_duplicates_tell(const struct search *search, struct arena *arena, struct service_status *to)
{
    const struct duplicates *d = search->duplicates;
    struct task *tasks = arena_array(arena, to->tasks.count + 1, sizeof(*tasks));

    while (d && d->done)
        d = d->next;
    if (!d || !tasks)
        return;
    for (uint32_t i = 0; i < to->tasks.count; i++)
        tasks[i] = to->tasks.at[i];
    to->tasks.at = tasks;
    tasks += to->tasks.count++;
    *tasks = (struct task){ .id = d->task, .label = TEXT("Looking for duplicates") };
    twins_progress(d->twins, &tasks->done, &tasks->total);
}
