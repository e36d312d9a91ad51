/* stand_in.h: a real service on the schema of search that answers from memory: each word in a query is one way of
 * answering. */
#ifndef LOOPHOLE_TESTS_PROTO_STAND_IN_H
#define LOOPHOLE_TESTS_PROTO_STAND_IN_H

#include <fcntl.h>

#include "tests/unit/proto/process.h"

enum { LATER = 16, SLOW_US = 10000 };

struct search {
    struct service *service;
    struct ticket later[LATER]; /* answered by a timer */
    uint32_t later_count;
    struct ticket piped; /* answered when a pipe is readable */
    int pipe[2];
    uint64_t handled; /* queries so far */
    bool failing;     /* the turn's held answers */
    uint32_t kept;
    uint8_t kept_body[4096];
    uint32_t kept_len;
    struct id kept_request;
    struct bytes large;
    uint64_t heard, gaps; /* events of the indexer */
};

typedef enum err way_fn(struct search *search, struct call *call, struct found *answer);

static inline enum err way_now(struct search *search, struct call *call, struct found *answer)
{
    (void)call;
    answer->total = search->handled;
    return ERR_OK;
}

static inline enum err way_later(struct search *search, struct call *call, struct found *answer)
{
    (void)answer;
    if (search->later_count == LATER)
        return refuse(call, ERR_BUSY, "too many are put off");
    search->later[search->later_count++] = call_defer(call);
    return ERR_OK;
}

static inline enum err way_slow(struct search *search, struct call *call, struct found *answer)
{
    usec_t end = clock_steady() + SLOW_US;

    (void)search, (void)call;
    while (clock_steady() < end)
        ;
    answer->total = SLOW_US;
    return ERR_OK;
}

static inline enum err way_never(struct search *search, struct call *call, struct found *answer)
{
    (void)search, (void)answer;
    return call_defer(call).number ? ERR_OK : call_fault(call)->code;
}

static inline enum err way_within(struct search *search, struct call *call, struct found *answer)
{
    struct ticket ticket = call_defer(call);

    answer->total = 77;
    ticket_answer(search->service, ticket, answer);
    return ERR_OK;
}

static inline enum err way_piped(struct search *search, struct call *call, struct found *answer)
{
    (void)answer;
    search->piped = call_defer(call);
    return write(search->pipe[1], "x", 1) == 1 ? ERR_OK : ERR_IO;
}

static inline enum err way_refused(struct search *search, struct call *call, struct found *answer)
{
    (void)search, (void)answer;
    refuse(call, ERR_CONFLICT, "it is %s", "taken");
    return fault_hint(call_fault(call), "take another");
}

static inline enum err way_silent_error(struct search *search, struct call *call, struct found *answer)
{
    (void)search, (void)call, (void)answer;
    return ERR_IO;
}

static inline enum err way_broken(struct search *search, struct call *call, struct found *answer)
{
    (void)search, (void)call;
    answer->cursor = TEXT("\xff\xfe");
    return ERR_OK;
}

static inline enum err keep_answer(void *state, const struct call *call, enum err error, struct bytes body)
{
    struct search *search = state;

    if (error == ERR_OK && body.len <= sizeof(search->kept_body)) {
        memcpy(search->kept_body, body.at, body.len);
        search->kept_len = body.len;
        search->kept_request = call_request(call);
    }
    search->kept++;
    return ERR_OK;
}

static inline enum err way_held(struct search *search, struct call *call, struct found *answer)
{
    call_hold(call, keep_answer, search);
    answer->total = 1000 + search->handled;
    return ERR_OK;
}

static inline enum err way_held_refused(struct search *search, struct call *call, struct found *answer)
{
    (void)answer;
    call_hold(call, keep_answer, search);
    return refuse(call, ERR_EXISTS, "there is one already");
}

static inline enum err way_held_failed(struct search *search, struct call *call, struct found *answer)
{
    (void)answer;
    search->failing = true;
    call_hold(call, keep_answer, search);
    return ERR_OK;
}

static inline enum err way_again(struct search *search, struct call *call, struct found *answer)
{
    (void)answer;
    if (!id_equal(call_request(call), search->kept_request))
        return refuse(call, ERR_NOT_FOUND, "this request was never kept");
    return call_answer_again(call, ERR_OK, (struct bytes){ search->kept_len, search->kept_body });
}

static inline enum err way_again_too_large(struct search *search, struct call *call, struct found *answer)
{
    static const uint8_t body[CODEC_MESSAGE_MAX + 1];

    (void)search, (void)answer;
    return call_answer_again(call, ERR_OK, (struct bytes){ sizeof(body), body });
}

/* Dies the first time, before any answer; a file shows the next process that this has happened. */
static inline enum err way_die_once(struct search *search, struct call *call, struct found *answer)
{
    char path[PATH_MAX + 16];

    (void)call;
    snprintf(path, sizeof(path), "%s/died", service_paths(search->service)->data);
    if (access(path, F_OK) != 0) {
        close(open(path, O_CREAT | O_WRONLY, 0600));
        raise(SIGKILL);
    }
    answer->total = 13;
    return ERR_OK;
}

static inline enum err way_heard(struct search *search, struct call *call, struct found *answer)
{
    (void)call;
    answer->total = search->heard;
    return ERR_OK;
}

static inline enum err way_gaps(struct search *search, struct call *call, struct found *answer)
{
    (void)call;
    answer->total = search->gaps;
    return ERR_OK;
}

static const struct {
    const char *word;
    way_fn *way;
} WAYS[] = {
    { "now", way_now },
    { "later", way_later },
    { "slow", way_slow },
    { "never", way_never },
    { "within", way_within },
    { "piped", way_piped },
    { "refused", way_refused },
    { "io", way_silent_error },
    { "broken", way_broken },
    { "held", way_held },
    { "held refused", way_held_refused },
    { "held failed", way_held_failed },
    { "again", way_again },
    { "again too large", way_again_too_large },
    { "die once", way_die_once },
    { "heard", way_heard },
    { "gaps", way_gaps },
};

static inline enum err answer_query(struct search *search, struct call *call, const struct search_query *ask,
                                    struct found *answer)
{
    search->handled++;
    for (size_t i = 0; i < sizeof(WAYS) / sizeof(*WAYS); i++)
        if (text_is(ask->query, WAYS[i].word))
            return WAYS[i].way(search, call, answer);
    return refuse(call, ERR_NOT_FOUND, "no way \"%.*s\"", TEXT_ARG(ask->query));
}

static inline enum err get_artefact(struct search *search, struct call *call, const struct search_get_artefact *ask,
                                    struct artefact_found *answer)
{
    (void)call;
    answer->owner = ask->id;
    answer->artefact.data = search->large;
    return ERR_OK;
}

static const struct search_handlers STAND_IN = { .query = answer_query, .get_artefact = get_artefact };

static inline void run_tick(void *state)
{
    struct search *search = state;
    struct found answer = { .total = 42 };

    while (search->later_count > 0)
        ticket_answer(search->service, search->later[--search->later_count], &answer);
}

static inline void pipe_ready(void *state, int fd)
{
    struct search *search = state;
    struct found answer = { .total = 88 };
    char byte;

    if (read(fd, &byte, 1) == 1)
        ticket_answer(search->service, search->piped, &answer);
}

static inline void take_progress(void *state, const void *body, bool gap)
{
    struct search *search = state;
    const struct indexer_progressed *event = body;

    search->heard += event->progress.known == 4711;
    search->gaps += gap;
}

static inline void end_of_turn(void *state)
{
    struct search *search = state;
    struct fault fault = { 0 };

    fault_set(&fault, ERR_FULL, "the disk is full");
    if (search->failing)
        service_fail_held(search->service, &fault);
    else
        service_release(search->service);
    search->failing = false;
}

static inline int stand_in_serve(void)
{
    char name[] = "loophole-search", *argv[] = { name, NULL };
    struct search search = { 0 };
    static uint8_t large[4 << 20];

    search.service = service_start(1, argv, &schema_search);
    for (size_t i = 0; i < sizeof(large); i++)
        large[i] = (uint8_t)(i * 7);
    search.large = bytes_of(large, sizeof(large));
    if (pipe(search.pipe) < 0)
        return 1;
    service_answer(search.service, &STAND_IN, &search);
    service_each_turn(search.service, end_of_turn, &search);
    service_every(search.service, 10000, run_tick, &search);
    service_watch(search.service, search.pipe[0], pipe_ready, &search);
    service_subscribe(search.service, "indexer.progressed", take_progress, &search);
    service_ready(search.service);
    service_loop(search.service);
    return service_end(search.service);
}

/* Sends a query of one word; returns the total of its answer. */
static inline uint64_t total_of(struct engine *engine, const char *word)
{
    struct search_query request = { .query = text_of(word) };
    struct found answer;

    ask_engine(engine, "search.query", &request, &answer, ERR_OK);
    return answer.total;
}

static inline struct fault refusal_of(struct engine *engine, const char *word, uint32_t budget_ms)
{
    struct search_query request = { .query = text_of(word) };
    struct fault fault = { 0 };

    assert_int_not_equal(ask(engine->asker, "search.query", &request, budget_ms, NULL, NULL, &fault), ERR_OK);
    return fault;
}

#endif
