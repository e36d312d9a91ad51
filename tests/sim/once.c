/* Worlds of asks that are done once: the real skeleton keeps their answers in its file (proto/service/recall*.c). Their
 * effects are in memory that outlives the service. The handlers belong to this world: one acts at once, one later, and
 * one leaves only its request id, no number. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/service/service_parts.h"
#include "proto/wire/codec.h"
#include "schema_audio.h"
#include "tests/sim/deed.h"

enum { EFFECTS = 8192, PENDING = 64, CROWD = CLIENTS * 3 /* may be under way, and keep their slots */ };
static const usec_t later = 20000;

/* The effect of one ask. */
struct effect {
    struct id request;
    uint64_t begun; /* the number of asks begun by then */
};

struct pending {
    struct ticket ticket;
    struct id request;
    uint64_t digest;
};

static struct {
    struct effect done[EFFECTS]; /* these three outlive the service */
    uint64_t count, begun;
    bool running;
    struct service *service;
    struct pending pending[PENDING];
    uint32_t waiting;
} once;

/* ---- the deed ---- */

static struct effect *last_of(struct id request)
{
    for (uint64_t i = once.count; i > 0; i--)
        if (id_equal(once.done[i - 1].request, request))
            return &once.done[i - 1];
    return NULL;
}

static bool have_done(const void *state, struct id request)
{
    (void)state;
    return last_of(request) != NULL;
}

/* A service keeps its last answers: an ask may be done again after that many others. */
static void hold_once(const struct deed *deed, struct id request)
{
    const struct effect *last = last_of(request);

    if (last && once.begun - last->begun < LIMIT_RECALLED - CROWD)
        sim_fail("request %u was done twice", deed_number(deed));
    sim.counts.done_again += last != NULL;
}

static void take_effect(struct id request, uint64_t digest, const struct transport_state *answer)
{
    struct deed *deed = deed_with(request, digest);
    struct buffer body = { 0 };

    death_may_come("before the deed");
    if (!deed)
        sim_fail("something was done without a request");
    if (once.count == EFFECTS)
        sim_fail("more deeds than this world has room for");
    hold_once(deed, request);
    once.done[once.count++] = (struct effect){ request, once.begun };
    once.running = answer->running;
    if (codec_encode(&transport_state_shape, answer, &body, NULL) != ERR_OK)
        sim_fail("an answer is not encoded");
    deed_is_remembered(request, buffer_bytes(&body));
    buffer_free(&body);
    deed->done = true;
    sim.counts.commits++;
    sim_step("done", deed_number(deed));
    death_may_come("after the deed");
}

static struct transport_state next_state(void)
{
    return (struct transport_state){
        .running = !once.running, .bpm = 120, .sync.value = SYNC_SOURCE_NONE, .frame = (int64_t)once.count + 1
    };
}

/* ---- asks ---- */

/* Acts at once, and counts. */
static enum err toggle_transport(struct audio *audio, struct call *call, const struct audio_toggle *ask,
                                 struct transport_state *answer)
{
    (void)audio, (void)ask;
    once.begun++;
    *answer = next_state();
    recall_prepare(call, answer, once.count + 1);
    take_effect(call_request(call), call_digest(call), answer);
    return ERR_OK;
}

/* Recognised by its request id, unless that was done so long ago that it is done again. */
static enum err tap_tempo(struct audio *audio, struct call *call, const struct audio_tap *ask,
                          struct transport_state *answer)
{
    (void)audio, (void)ask;
    once.begun++;
    *answer = next_state();
    recall_prepare(call, answer, last_of(call_request(call)) ? once.count + 1 : 0);
    take_effect(call_request(call), call_digest(call), answer);
    return ERR_OK;
}

/* Acts later, unless its client has gone by then. */
static enum err locate_transport(struct audio *audio, struct call *call, const struct audio_locate *ask,
                                 struct transport_state *answer)
{
    (void)audio, (void)ask, (void)answer;
    once.begun++;
    if (once.waiting == PENDING)
        return refuse(call, ERR_BUSY, "too many wait");
    once.pending[once.waiting++] = (struct pending){ call_defer(call), call_request(call), call_digest(call) };
    return ERR_OK;
}

static void go_on(void *state)
{
    (void)state;
    while (once.waiting > 0 && sim_chance(700)) {
        struct pending pending = once.pending[--once.waiting];
        struct transport_state answer = next_state();
        if (!ticket_is_open(once.service, pending.ticket))
            continue;
        ticket_prepare(once.service, pending.ticket, &answer, once.count + 1);
        take_effect(pending.request, pending.digest, &answer);
        ticket_answer(once.service, pending.ticket, &answer);
    }
}

static const struct audio_handlers handlers = { .toggle = toggle_transport,
                                                .tap = tap_tempo,
                                                .locate = locate_transport };

/* ---- its file ---- */

void __real_recall_file_write(const struct service *service, const struct recalled *one);
void __wrap_recall_file_write(const struct service *service, const struct recalled *one);

void __wrap_recall_file_write(const struct service *service, const struct recalled *one)
{
    if (server_has_died())
        return;
    death_may_come("before an answer is kept");
    __real_recall_file_write(service, one);
    death_may_come("after an answer that is kept");
}

/* ---- lives ---- */

void once_begin(void)
{
    char path[PATH_MAX + 32];

    memset(&once, 0, sizeof(once));
    (void)mkdir(sim.paths.run, 0700);
    snprintf(path, sizeof(path), "%s/audio.answers", sim.paths.run);
    (void)unlink(path);
}

void once_open(struct service *service)
{
    once.service = service;
    once.waiting = 0;
    recall_open(service);
    if (service->recall_file < 0)
        sim_fail("%s cannot have the file of answers", sim.paths.run);
    recall_settle(service, once.count, have_done, NULL);
    service_answer(service, &handlers, NULL);
    service_every(service, later, go_on, NULL);
}

void once_check(void)
{
    for (uint32_t i = 0; i < deed_count(); i++)
        if (deed_at(i)->acked && !deed_at(i)->done)
            sim_fail("request %u was acked, but not done", i);
    sim.counts.once += once.count;
}
