#include "services/search/search_current.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/process/log.h"
#include "schema_service.h"
#include "services/search/index/facet_count.h"
#include "services/search/index/index_keep.h"
#include "services/search/index/index_save.h"
#include "services/search/index/touch.h"
#include "services/search/near/near_build.h"
#include "services/search/search_begin.h"
#include "services/search/search_duplicates.h"
#include "services/search/search_map.h"
#include "services/search/search_query.h"
#include "services/search/search_similar.h"

#define MILLISECONDS(n) ((usec_t)(n) * 1000)
#define SECONDS(n)      ((usec_t)(n) * 1000000)

enum { SAVE_PIECE = 256 << 10 /* bytes written per turn: an ask waits for one piece */, NEAR_SEED = 1 };

/* ---- catching up ---- */

static void note_trouble(struct search *search, enum err e, const struct fault *fault)
{
    if (e != search->trouble && e != ERR_OK)
        log_fault("following the catalogue", fault);
    else if (e != search->trouble)
        log_info("following the catalogue again");
    search->trouble = e;
    search->why = *fault;
    search->try_at = e == ERR_FULL && id_is_zero(search->index.catalogue) ? clock_steady() + SECONDS(10) : 0;
}

static bool catch_up(struct search *search, usec_t at_most)
{
    struct fault fault = { 0 };
    enum err e;

    if (clock_steady() < search->try_at)
        return false;
    e = catchup_step(&search->catchup, clock_steady() + at_most, &fault);
    note_trouble(search, e, &fault);
    return e == ERR_OK && search->catchup.is_current;
}

/* ---- asks that wait ---- */

static enum err put_in_queue(struct search *search, struct request *request)
{
    struct request *kept;
    enum err e = search_put_off(request, &kept);

    if (e != ERR_OK)
        return e;
    *search->last_waiting = kept;
    search->last_waiting = &kept->next;
    return ERR_OK;
}

static void answer_request(struct search *search, struct request *request)
{
    enum err e;

    if (!ticket_is_open(search->service, request->ticket))
        return;
    if (search->try_at) {
        ticket_fail(search->service, request->ticket, &search->why);
        return;
    }
    const uint64_t before = ticket_take_up(search->service, request->ticket);
    e = request->run(request, request->ask, request->answer);
    if (!request->is_put_off && e == ERR_OK)
        ticket_answer(search->service, request->ticket, request->answer);
    else if (!request->is_put_off)
        ticket_fail(search->service, request->ticket, request->fault);
    service_lay_down(search->service, before);
}

/* In the order of the asks, each once the index has what was in the catalogue when it was asked. */
static void answer_waiting(struct search *search, usec_t until)
{
    while (search->waiting && clock_steady() < until &&
           (search->try_at || catchup_has(&search->catchup, search->waiting->revision))) {
        struct request *request = search->waiting;

        search->waiting = request->next;
        if (!search->waiting)
            search->last_waiting = &search->waiting;
        answer_request(search, request);
        free(request);
    }
}

/* ---- the file ---- */

static void end_save(struct search *search)
{
    index_save_end(search->save);
    search->save = NULL;
}

static void begin_save(struct search *search)
{
    struct fault fault = { 0 };

    if (index_save_begin(&search->index, search->index_path, &search->save, &fault) != ERR_OK) {
        log_fault("writing the index", &fault);
        search->saved_writes = search->index.writes; /* write again after the next change */
    }
}

static void go_on_saving(struct search *search)
{
    struct fault fault = { 0 };
    bool done;
    enum err e = index_save_step(search->save, SAVE_PIECE, &done, &fault);

    if (e != ERR_OK && e != ERR_CONFLICT)
        log_fault("writing the index", &fault);
    if (e != ERR_CONFLICT && (done || e != ERR_OK))
        search->saved_writes = search->index.writes;
    if (done || e != ERR_OK)
        end_save(search);
}

/* Writes the file once the index has not changed for a while. */
static void tend_file(struct search *search)
{
    usec_t now = clock_steady();

    if (search->index.writes != search->seen_writes) {
        search->seen_writes = search->index.writes;
        search->settled = now;
    }
    if (search->save)
        go_on_saving(search);
    else if (search->index.writes != search->saved_writes && now - search->settled > SECONDS(3))
        begin_save(search);
}

/* ---- clusters ---- */

static void warn_of_clusters(void)
{
    log_warn("data_mb leaves no room for clusters of similar sounds: searches measure every sound");
}

static void begin_clusters(struct search *search)
{
    struct index *index = &search->index;
    struct bitmap *with_vector = index_with_vector(index);
    const float *at = (const float *)(const void *)index->vectors.at;

    if (near_is_due(&index->near, bitmap_count(with_vector)) &&
        near_build_begin(&index->near, at, index_rows(index), with_vector, NEAR_SEED) != ERR_OK)
        warn_of_clusters();
    bitmap_free(with_vector);
}

static void go_on_making(struct search *search)
{
    bool done;

    if (near_build_step(&search->index.near, clock_steady() + MILLISECONDS(5), &done) != ERR_OK)
        warn_of_clusters();
    search->index.writes += done; /* the file must include them */
}

static void tend_clusters(struct search *search)
{
    usec_t now = clock_steady();

    if (search->index.near.build) {
        go_on_making(search);
    } else if (now - search->near_looked > SECONDS(3)) {
        search->near_looked = now;
        begin_clusters(search);
    }
}

/* ---- what queries will need ---- */

/* Makes one table, or one answer, per turn, once the index has not changed for a while. */
static void prepare_answers(struct search *search)
{
    const usec_t now = clock_steady();

    search->prepares = now - search->settled > SECONDS(3) && now - search->asked > SECONDS(1) &&
                       (facet_count_prepare(&search->index) || search_query_prepare(search));
}

/* Keeps in place what queries read, while someone asks. */
static void stay_warm(struct search *search)
{
    usec_t now = clock_steady();

    if (search->asked == 0 || now - search->asked > SECONDS(3600) || now - search->touched < SECONDS(2))
        return;
    search->touched = now;
    touch_index(&search->index);
    for (uint32_t i = 0; search->words.writes == search->index.writes && i < search->words.count; i++)
        touch_term(&search->index, search->words.at[i]);
}

/* ---- in the loop ---- */

/* Makes the timer fast while there is more work than fits a turn. */
static void set_pace(struct search *search, bool busy)
{
    if (busy != search->is_busy)
        service_every(search->service, busy ? MILLISECONDS(1) : SEARCH_EVERY, search_follow, search);
    search->is_busy = busy;
}

/* Shows on the board, for `status` and `up`, how far a new index is. */
static void report_sweep(struct search *search)
{
    const struct catchup *catchup = &search->catchup;
    bool sweeps = catchup->is_sweeping && !id_is_zero(search->index.catalogue);

    if (sweeps || search->reports_sweep)
        work_report(service_work(search->service), sweeps ? WORK_INDEXING : WORK_NONE, index_live(&search->index),
                    catchup->total);
    search->reports_sweep = sweeps;
}

void search_follow(void *state)
{
    struct search *search = state;
    bool current = catch_up(search, MILLISECONDS(20)), checks = false;

    report_sweep(search);
    if (search->trouble == ERR_OK || search->try_at)
        answer_waiting(search, clock_steady() + MILLISECONDS(50));
    if (current) {
        tend_file(search);
        tend_clusters(search);
        prepare_answers(search);
        stay_warm(search);
        search_duplicates_tend(search);
        checks = search_similar_check(search);
    }
    bool works = search->save || search->waiting || search->index.near.build || search->prepares || checks;
    set_pace(search, search->trouble == ERR_OK && (!current || works));
}

void search_follow_soon(void *state, const void *changed, bool gap)
{
    (void)changed, (void)gap;
    set_pace(state, true);
}

/* Answers many asks over several turns, so that the heartbeat continues. */
static bool turn_is_full(struct search *search)
{
    usec_t now = clock_steady();

    if (search->turn_began == 0)
        search->turn_began = now;
    return now - search->turn_began > MILLISECONDS(100);
}

enum err search_when_current(struct search *search, struct call *call,
                             enum err (*run)(struct request *request, const void *ask, void *answer), const void *ask,
                             void *answer_struct)
{
    struct request request = { .search = search,
                               .run = run,
                               .ask = ask,
                               .answer = answer_struct,
                               .arena = call_arena(call),
                               .fault = call_fault(call),
                               .call = call,
                               .deadline = call_deadline(call) };

    if (!search->waiting && !turn_is_full(search) && catch_up(search, MILLISECONDS(10)))
        return run(&request, ask, answer_struct);
    if (search->trouble != ERR_OK && search->trouble != ERR_OFFLINE) {
        *request.fault = search->why;
        return search->trouble;
    }
    request.revision = catchup_head(&search->catchup);
    enum err e = put_in_queue(search, &request);
    set_pace(search, search->trouble == ERR_OK);
    return e;
}

void search_end_turn(void *state)
{
    struct search *search = state;

    search->turn_began = 0;
}

void search_report(void *state, struct arena *arena, struct service_status *to)
{
    struct search *search = state;
    const struct catchup *catchup = &search->catchup;

    if (!catchup->store)
        to->waits_for = TEXT("persist");
    if (search->try_at)
        to->alarm = text_of(search->why.what);
    if (catchup->is_sweeping && (to->tasks.at = arena_array(arena, 1, sizeof(*to->tasks.at)))) {
        to->tasks.count = 1;
        *to->tasks.at = (struct task){ .id = search->index.catalogue,
                                       .label = TEXT("Building the search index"),
                                       .done = index_live(&search->index),
                                       .total = catchup->total };
    }
    to->has_recall = to->has_recall_checks = search->recall.checks > 0;
    to->recall = to->has_recall ? near_recall_share(&search->recall) : 0;
    to->recall_checks = search->recall.checks;
    search_map_list_tasks(search, arena, to);
    search_duplicates_list_tasks(search, arena, to);
}
