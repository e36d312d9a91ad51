/* panic.c: a panic silences the sound, and what the streamer still reads. A voice that the streamer has not begun has
 * no generation yet that the core could refuse. So the streamer stops it, and the panic is answered after that: a sound
 * that is asked for later is not stopped. */
#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "schema_streamer.h"
#include "services/audio/control/audio.h"

enum { STOP_BUDGET_MS = 500 };

struct panic {
    struct service *service;
    struct ticket ticket; /* none: the call is not answered from here */
    uint32_t open;        /* asks that the streamer has not answered */
};

static void end_stop(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct panic *panic = state;

    (void)answer;
    if (error != ERR_OK)
        log_fault("the streamer has not stopped its voices", fault);
    if (--panic->open > 0)
        return;
    ticket_answer(panic->service, panic->ticket, &(struct nothing){ 0 });
    free(panic);
}

static void ask_stop(struct panic *panic, const char *name, const void *request)
{
    struct fault fault = { 0 };
    enum err e;

    panic->open++;
    e = service_ask(panic->service, name, request, STOP_BUDGET_MS, NULL, end_stop, panic, &fault);
    if (e != ERR_OK)
        end_stop(panic, e, NULL, &fault);
}

static void stop_streamer(struct service *service, struct ticket ticket)
{
    struct panic *panic = alloc_bytes(sizeof(*panic));
    const struct streamer_stop stop = { .fade = 0.005 };

    *panic = (struct panic){ service, ticket, 1 };
    ask_stop(panic, "streamer.stop", &stop);
    ask_stop(panic, "streamer.preview_stop", NULL);
    end_stop(panic, ERR_OK, NULL, NULL);
}

enum err audio_ask_panic(struct audio *audio, struct call *call, const struct audio_panic *ask, struct nothing *answer)
{
    uint32_t late = audio->late.count;
    struct ticket ticket = { 0 };

    (void)ask;
    audio_end_monitoring(audio);
    enum err e = audio_cue(audio, call, (struct cue){ .verb = CUE_PANIC }, answer);
    if (e != ERR_OK)
        return e;
    if (audio->late.count == late)
        ticket = call_defer(call);
    stop_streamer(audio->service, ticket);
    return ERR_OK;
}
