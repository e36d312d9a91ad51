/* The list of all projects. Each line reads all parts of its project, so a list is made in parts: one project in each
 * turn of the loop. */
#include <stdlib.h>

#include "proto/wire/codec_copy.h"
#include "services/project/handlers/handler_parts.h"

enum { LISTED_MOST = 4096 };

static const usec_t at_once = 1;

/* A list in progress; in `kept` of its work. */
struct project_listing {
    struct project_listing *next;
    struct work *work;
    struct id *ids;
    uint32_t count, at; /* `at`: the next one */
    struct project_lines lines;
    enum err e;
};

static bool note_project(void *state, const struct element *element)
{
    struct project_listing *l = state;

    l->ids[l->count++] = element->project;
    return l->count < LISTED_MOST;
}

/* A project that was removed since is left out. */
static enum err add_line(struct project_listing *l, struct txn *txn, struct arena *arena)
{
    struct project_line line;
    struct element project;
    enum err e = parts_get(txn, arena, l->ids[l->at++], &project);

    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    e = handler_fill_state(l->work->p, txn, arena, &project, 0, &line);
    if (e == ERR_OK)
        codec_keep(&project_line_shape, &line, &l->work->kept, &l->lines.each.at[l->lines.each.count++]);
    return e;
}

static void take_next(struct project *p, struct project_listing *l)
{
    const uint64_t before = service_take_up(p->service, l->work->sender.request);
    struct arena arena = { 0 };
    struct txn *txn;

    l->e = project_read(p, &txn, NULL);
    if (l->e == ERR_OK) {
        l->e = add_line(l, txn, &arena);
        txn_end(txn);
    }
    arena_free(&arena);
    service_lay_down(p->service, before);
}

static void queue_listing(struct project *p, struct project_listing *l)
{
    struct project_listing **end = &p->listings;

    while (*end)
        end = &(*end)->next;
    l->next = NULL;
    *end = l;
}

static void list_next(void *project)
{
    struct project *p = project;
    struct project_listing *l = p->listings;

    p->listings = l->next;
    if (l->e == ERR_OK && l->at < l->count)
        take_next(p, l);
    if (l->e == ERR_OK && l->at < l->count)
        queue_listing(p, l);
    if (!p->listings)
        service_every(p->service, 0, list_next, p);
    if (l->e != ERR_OK || l->at == l->count)
        work_continue(l->work);
}

static enum err begin_list(struct work *work, struct txn *txn, struct fault *fault)
{
    struct project_listing *l = arena_alloc(&work->kept, sizeof(*l));
    enum err e;

    (void)fault;
    *l = (struct project_listing){ .work = work, .ids = arena_array(&work->kept, LISTED_MOST, sizeof(*l->ids)) };
    e = elements_each_project(txn, &work->arena, note_project, l);
    if (e != ERR_OK)
        return e;
    l->lines.each.at = arena_array(&work->kept, l->count, sizeof(*l->lines.each.at));
    work->own = l;
    work->is_sent = true;
    if (!work->p->listings)
        service_every(work->p->service, at_once, list_next, work->p);
    queue_listing(work->p, l);
    return ERR_OK;
}

static int compare_names(const void *a, const void *b)
{
    return text_compare(((const struct project_line *)a)->name, ((const struct project_line *)b)->name);
}

static enum err answer_list(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_listing *l = work->own;

    (void)txn, (void)fault;
    if (l->e != ERR_OK)
        return l->e;
    qsort(l->lines.each.at, l->lines.each.count, sizeof(*l->lines.each.at), compare_names);
    work_answer(work, &l->lines);
    return ERR_OK;
}

const struct handler handler_list = { .needs_no_project = true, .after = begin_list, .answer = answer_list };
