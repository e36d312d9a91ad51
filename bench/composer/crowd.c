/* crowd: engines of many studios at one server, over the connection code and the pauses of the service. Each engine
 * gives a few offers, reads all lessons, and looks for news after each pause, over a connection of its own. After a
 * while a round is published, and all of them read it. Usage: crowd ENGINES PERIOD OPERATOR <SETTINGS. PERIOD is the
 * `poll_seconds` of the server. OPERATOR is a setting of the server, and so is each line of SETTINGS, of a studio. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/hash.h"
#include "common/id.h"
#include "proto/wire/json.h"
#include "proto/wire/json_write.h"
#include "schema_community.h"
#include "services/composer/polling.h"
#include "services/composer/server/door.h"

enum {
    ENGINES_MOST = 20000,
    STUDIOS_MOST = 10000,
    THREADS = 512,
    OFFERS = 10,
    SOUNDS = 20000,
    READ = 4096,
    CALLS_MOST = 1 << 20
};

struct engine {
    const char *setting;
    uint64_t number, position, accepted;
    usec_t next, pause;
    _Atomic usec_t informed; /* when it had the round; 0: not yet */
    struct id generation;
    bool is_due;
    char history[65], epoch[65];
};

static struct engine engines[ENGINES_MOST];
static uint32_t engine_count;
static usec_t period;
static _Atomic usec_t published;
static _Atomic bool is_over;
static _Atomic uint32_t open_now, open_most, looks, exchanges, failures, took_count;
static uint32_t took[CALLS_MOST]; /* us, of each talk */
static char why[200];

/* ---- a talk ---- */

static struct bytes hash_in(struct arena *arena, uint64_t number)
{
    const struct hash hash = hash_of(&number, sizeof(number));
    uint8_t *kept = arena_alloc(arena, sizeof(hash.b));

    memcpy(kept, hash.b, sizeof(hash.b));
    return bytes_of(kept, sizeof(hash.b));
}

static void add_offers(const struct engine *engine, struct to_server *call, struct arena *arena)
{
    struct offer *offers = arena_array(arena, OFFERS, sizeof(*offers));

    for (uint64_t i = 0; i < OFFERS; i++)
        offers[i] = (struct offer){ .id = i + 1,
                                    .kind = { .value = OFFER_KIND_USE },
                                    .content = hash_in(arena, (engine->number * OFFERS + i) * 7919 % SOUNDS),
                                    .context = hash_in(arena, SOUNDS + engine->number),
                                    .role = TEXT("drums"),
                                    .has_stamp = true,
                                    .stamp = i + 1 };
    call->offers = (struct offer_list){ OFFERS, offers };
}

static const char *write_call(const struct engine *engine, struct arena *arena, bool has_offers)
{
    struct to_server call = { .generation = engine->generation,
                              .position = engine->position,
                              .history = text_of(engine->history),
                              .limit = READ,
                              .accepted = engine->accepted,
                              .stamp = engine->accepted,
                              .has_engine = true,
                              .has_epoch = true,
                              .epoch = text_of(engine->epoch) };
    struct buffer json = { 0 };
    const char *text;

    call.engine = hash_in(arena, 2 * SOUNDS + engine->number);
    if (has_offers)
        add_offers(engine, &call, arena);
    json_write(&to_server_shape, &call, &json);
    text = arena_text(arena, (struct text){ (uint32_t)json.len + 1, buffer_c(&json) }).at;
    buffer_free(&json);
    return text;
}

static enum err call_server(const struct engine *engine, const char *sql, const char *call, struct arena *arena,
                            struct text *value, struct fault *fault)
{
    struct server_link *link = NULL;
    const usec_t from = clock_steady();
    const uint32_t now = ++open_now;
    uint32_t most = open_most;
    enum err e = ERR_OK;

    while (now > most && !atomic_compare_exchange_weak(&open_most, &most, now))
        continue;
    e = server_open(engine->setting, &link, fault);
    if (e == ERR_OK)
        e = server_call(link, sql, call, arena, value, fault);
    server_close(link);
    open_now--;
    took[took_count++ % CALLS_MOST] = (uint32_t)(clock_steady() - from);
    return e;
}

static void copy_text(struct text from, char to[65])
{
    (void)snprintf(to, 65, "%.*s", TEXT_ARG(from));
}

/* One call of an exchange; the engine calls again while there is more. */
static enum err exchange_with_server(struct engine *engine, struct arena *arena, struct fault *fault)
{
    const char *call = write_call(engine, arena, engine->accepted == 0);
    struct from_server answer = { 0 };
    struct text value = { 0, NULL };
    enum err e = call_server(engine, "select composer.exchange($1::text::jsonb)", call, arena, &value, fault);

    if (e == ERR_OK)
        e = json_read(&from_server_shape, value, arena, &answer, fault);
    if (e != ERR_OK)
        return e;
    exchanges++;
    engine->accepted = answer.accepted;
    engine->position = answer.again ? 0 : answer.position;
    engine->is_due = answer.again || answer.more;
    copy_text(answer.history, engine->history);
    copy_text(answer.epoch, engine->epoch);
    if (answer.history.len && !engine->is_due && !engine->informed) /* the first round has come */
        engine->informed = clock_steady();
    return ERR_OK;
}

static enum err look_for_news(struct engine *engine, struct arena *arena, struct fault *fault)
{
    struct text value = { 0, NULL };
    enum err e = call_server(engine, "select composer.next_look($1::text::jsonb)", write_call(engine, arena, false),
                             arena, &value, fault);

    looks++;
    engine->is_due = e == ERR_OK && text_is(value, "0");
    return e;
}

static void hold_talk(struct engine *engine)
{
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    enum err e = engine->is_due ? exchange_with_server(engine, &arena, &fault) : look_for_news(engine, &arena, &fault);

    if (e != ERR_OK) {
        failures++;
        (void)snprintf(why, sizeof(why), "%.190s", fault.what);
        engine->next = clock_steady() + polling_pause_of_failure(&engine->pause);
    } else {
        engine->pause = 0;
        engine->next = engine->is_due ? 0 : clock_steady() + polling_pause(period);
    }
    arena_free(&arena);
}

/* ---- threads, which have some engines each ---- */

static struct engine *next_of(uint32_t first)
{
    struct engine *next = &engines[first];

    for (uint32_t i = first; i < engine_count; i += THREADS)
        if (engines[i].next < next->next)
            next = &engines[i];
    return next;
}

static void *run_engines(void *state)
{
    const uint32_t first = (uint32_t)((struct engine *)state - engines);

    while (!is_over) {
        struct engine *engine = next_of(first);
        const usec_t wait = engine->next - clock_steady();
        if (wait <= 0)
            hold_talk(engine);
        else
            clock_sleep(wait < 1000000 ? wait : 1000000);
    }
    return NULL;
}

/* ---- figures ---- */

static int by_size(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static void print_phase(const char *name, usec_t from)
{
    const double seconds = (double)(clock_steady() - from) / 1e6;
    const uint32_t count = took_count < CALLS_MOST ? took_count : CALLS_MOST;

    qsort(took, count, sizeof(*took), by_size);
    printf("%s: %.0f s, %u looks, %u exchanges, %u failed%s%s; %.1f talks a second of p50 %.1f ms, "
           "p99 %.1f ms, at most %.1f ms; at most %u connections at once\n",
           name, seconds, looks, exchanges, failures, failures ? ": " : "", failures ? why : "",
           (double)count / seconds, count ? took[count / 2] / 1e3 : 0, count ? took[count * 99ULL / 100] / 1e3 : 0,
           count ? took[count - 1] / 1e3 : 0, open_most);
    (void)fflush(stdout);
    looks = exchanges = failures = took_count = open_most = 0;
}

static uint32_t count_informed(void)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < engine_count; i++)
        count += engines[i].informed != 0;
    return count;
}

static void print_informed(void)
{
    static uint32_t after[ENGINES_MOST];

    for (uint32_t i = 0; i < engine_count; i++) {
        const usec_t late = engines[i].informed - published;
        after[i] = !engines[i].informed ? UINT32_MAX : late > 0 ? (uint32_t)(late / 1000) : 0;
    }
    qsort(after, engine_count, sizeof(*after), by_size);
    printf("engines have the round after p10 %.2f, p50 %.2f, p90 %.2f, at most %.2f periods\n",
           after[engine_count / 10] * 1e3 / (double)period, after[engine_count / 2] * 1e3 / (double)period,
           after[engine_count * 9 / 10] * 1e3 / (double)period, after[engine_count - 1] * 1e3 / (double)period);
}

/* ---- all ---- */

static void publish_round(const char *operator)
{
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    struct text value = { 0, NULL };
    struct engine server = { .setting = operator};
    const usec_t from = clock_steady();

    if (call_server(&server, "select composer.publish_round()", NULL, &arena, &value, &fault) != ERR_OK) {
        fprintf(stderr, "no round: %s\n", fault.what);
        exit(1);
    }
    published = clock_steady();
    printf("a round took %.1f s: %.*s\n", (double)(published - from) / 1e6, TEXT_ARG(value));
    arena_free(&arena);
}

int main(int argc, char **argv)
{
    static pthread_t threads[THREADS];
    static char settings[STUDIOS_MOST][200];
    uint32_t studios = 0;

    while (studios < STUDIOS_MOST && fgets(settings[studios], sizeof(settings[studios]), stdin))
        settings[studios][strcspn(settings[studios], "\n")] = '\0', studios++;
    engine_count = argc == 4 ? (uint32_t)atoi(argv[1]) : 0;
    period = argc == 4 ? atoi(argv[2]) * 1000000LL : 0;
    if (studios == 0 || engine_count < THREADS || engine_count > ENGINES_MOST || period <= 0)
        return 2;
    const usec_t began = clock_steady();
    for (uint32_t i = 0; i < engine_count; i++)
        engines[i] = (struct engine){ .setting = settings[i % studios],
                                      .number = i,
                                      .generation = id_new(),
                                      .is_due = true,
                                      .next = began + polling_pause(period) - period / 2 };
    for (uint32_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, run_engines, &engines[i]) != 0)
            return 1;
    clock_sleep(period);
    print_phase("they join", began);
    const usec_t idle = clock_steady();
    clock_sleep(period);
    print_phase("nothing is new", idle);
    publish_round(argv[3]);
    while (count_informed() < engine_count && clock_steady() < published + 4 * period)
        clock_sleep(100000);
    print_phase("after a round", published);
    print_informed();
    is_over = true;
    for (uint32_t i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    return count_informed() < engine_count;
}
