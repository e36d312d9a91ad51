#include "services/project/midi/feedback.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "schema_audio.h"

enum { BUDGET_MS = 2000, AGAIN_US = 100000, REST_US = 1000000, BATCH = 64, EARLY_LOOKS = 10 };
static const char *const looks[] = { "audio.mixer", "audio.transport", "audio.rows" };
enum { LOOKS = sizeof(looks) / sizeof(*looks) };

struct midi_feedback {
    struct project *p;
    struct midi_live *live;
    uint32_t count;
    bool is_busy, looks_again;
    usec_t ticks_every; /* 0: it does not tick */
    uint32_t early;     /* looks that are due: the transport was ordered to change, and may not have changed yet */
    bool is_complete;   /* all that was looked at could be read and sent */
    uint32_t look;
    uint8_t bytes[BATCH][3];
    struct bytes messages[BATCH];
    uint64_t ports[BATCH];
    uint32_t filled;
};

static void look_at_next(struct midi_feedback *f);

/* ---- the end of a look ---- */

static void tick_feedback(void *state)
{
    struct midi_feedback *f = state;

    f->early -= f->early > 0;
    feedback_look(f);
}

/* Without sound there is no core to look for. */
static void set_ticking(struct midi_feedback *f, bool ticks)
{
    usec_t period = !ticks ? 0 : service_is_supervised(f->p->service, "audio") ? AGAIN_US : REST_US;

    if (f->ticks_every != period)
        service_every(f->p->service, period, tick_feedback, f);
    f->ticks_every = period;
}

/* Ends a look. If it is incomplete, because the core was away, the state of the devices is unknown, and the next tick
 * looks again. */
static void end_look(struct midi_feedback *f)
{
    for (uint32_t i = 0; i < f->count && !f->is_complete; i++)
        f->live[i].shown = -1;
    set_ticking(f, !f->is_complete || f->early > 0);
    f->is_busy = false;
    if (f->looks_again && f->is_complete)
        feedback_look(f);
}

static void take_sent(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct midi_feedback *f = state;

    (void)answer, (void)fault;
    f->is_complete = f->is_complete && error == ERR_OK;
    end_look(f);
}

static void send_messages(struct midi_feedback *f)
{
    const struct audio_send_midi ask = { .messages = { f->filled, f->messages },
                                         .has_ports = true,
                                         .ports = { f->filled, f->ports } };
    struct fault fault = { 0 };

    if (f->filled == 0)
        end_look(f);
    else if (service_ask(f->p->service, "audio.send_midi", &ask, BUDGET_MS, NULL, take_sent, f, &fault) != ERR_OK)
        take_sent(f, ERR_BUSY, NULL, &fault);
}

/* ---- looking ---- */

/* Values that the message has no room for wait for the next look. */
static void show_live(struct midi_feedback *f, struct midi_live *live, const void *answer)
{
    uint8_t messages[MIDI_CONTROL_MOVES][3];
    uint32_t value, count;
    double now;

    if (f->filled + MIDI_CONTROL_MOVES > BATCH)
        f->looks_again = true;
    else if (target_value(&live->target, answer, &now) && live_shows(live, now, &value)) {
        count = control_show(live->control, value, messages);
        memcpy(f->bytes[f->filled], messages, count * sizeof(*messages));
        for (uint32_t i = 0; i < count; i++, f->filled++) {
            f->messages[f->filled] = bytes_of(f->bytes[f->filled], 3);
            f->ports[f->filled] = live->control.port;
        }
    }
}

static bool is_shown_by(const struct midi_live *live, const char *look)
{
    return live->is_used && live->target.look && strcmp(live->target.look, look) == 0;
}

/* Without a pattern there are no rows. */
static void take_look(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct midi_feedback *f = state;

    (void)fault;
    f->is_complete = f->is_complete && (error == ERR_OK || error == ERR_NOT_FOUND);
    for (uint32_t i = 0; i < f->count && error == ERR_OK; i++)
        if (is_shown_by(&f->live[i], looks[f->look]))
            show_live(f, &f->live[i], answer);
    f->look++;
    look_at_next(f);
}

static bool is_needed(const struct midi_feedback *f)
{
    uint32_t i = 0;

    while (i < f->count && !is_shown_by(&f->live[i], looks[f->look]))
        i++;
    return i < f->count;
}

static void look_at_next(struct midi_feedback *f)
{
    struct fault fault = { 0 };

    while (f->look < LOOKS && !is_needed(f))
        f->look++;
    if (f->look == LOOKS)
        send_messages(f);
    else if (service_ask(f->p->service, looks[f->look], &(const char){ 0 }, BUDGET_MS, NULL, take_look, f, &fault) !=
             ERR_OK)
        take_look(f, ERR_BUSY, NULL, &fault);
}

void feedback_look(struct midi_feedback *f)
{
    f->looks_again = f->is_busy;
    if (f->is_busy)
        return;
    f->is_busy = f->is_complete = true;
    f->look = f->filled = 0;
    look_at_next(f);
}

/* ---- the service ---- */

static void handle_change(void *state, const void *body, bool gap)
{
    (void)body, (void)gap;
    feedback_look(state);
}

static void handle_transport(void *state, const void *body, bool gap)
{
    struct midi_feedback *f = state;

    (void)body, (void)gap;
    f->early = EARLY_LOOKS;
    set_ticking(f, true);
}

static void handle_device(void *state, const void *body, bool gap)
{
    struct midi_feedback *f = state;

    (void)body, (void)gap;
    for (uint32_t i = 0; i < f->count; i++)
        f->live[i].shown = -1;
    feedback_look(f);
}

enum err feedback_open(struct project *p, struct midi_live *live, uint32_t count, struct midi_feedback **to,
                       struct fault *fault)
{
    struct midi_feedback *f = alloc_zeroed(1, sizeof(*f));

    *f = (struct midi_feedback){ .p = p, .live = live, .count = count };
    *to = f;
    return service_subscribe(p->service, "audio.sounding_changed", handle_change, f) == ERR_OK &&
                   service_subscribe(p->service, "audio.changed", handle_transport, f) == ERR_OK &&
                   service_subscribe(p->service, "audio.control_connected", handle_device, f) == ERR_OK
               ? ERR_OK
               : fault_set(fault, ERR_FULL, "no room to subscribe to the audio core");
}

void feedback_close(struct midi_feedback *feedback)
{
    free(feedback);
}
