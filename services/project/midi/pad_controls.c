#include "services/project/midi/pad_controls.h"

#include <math.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "schema_audio.h"

enum { BUDGET_MS = 10000 /* a core that is replaced gets them */, TICK_US = 100000, WAITERS = 256 };

struct pad_waiter {
    usec_t until;
    void (*done)(void *state);
    void *state;
};

struct pad_controls {
    struct project *p;
    const struct midi_live *live;
    uint32_t count;
    bool is_busy, is_changed; /* is_changed: since they were sent */
    bool is_failed, waits;
    int64_t waits_from; /* the frame since which the core waits; INT64_MAX: it has not answered yet */
    bool is_silent;     /* a waiter's time was over before the core answered */
    struct pad_waiter waiters[WAITERS];
    uint32_t waiting;
    struct pad_control each[MIDI_BINDINGS];
};

static const int32_t kinds[MIDI_CONTROL_KINDS] = {
    [MIDI_CC] = PAD_CONTROL_KIND_CONTROLLER,     [MIDI_NOTE] = PAD_CONTROL_KIND_KEY,
    [MIDI_PROGRAM] = PAD_CONTROL_KIND_PROGRAM,   [MIDI_PRESSURE] = PAD_CONTROL_KIND_PRESSURE,
    [MIDI_CC14] = PAD_CONTROL_KIND_CONTROLLER14, [MIDI_NRPN] = PAD_CONTROL_KIND_NRPN,
    [MIDI_BEND] = PAD_CONTROL_KIND_BEND,
};

bool pad_controls_has(const struct midi_live *live)
{
    uint64_t pad;

    return live->is_used && target_pad(&live->target, &pad);
}

static struct pad_control write_control(const struct midi_live *live)
{
    struct pad_control to = { .kind.value = kinds[live->control.kind],
                              .channel = live->control.channel,
                              .number = live->control.number,
                              .from = fmin(fmax(live->from, 0), 1),
                              .until = fmin(fmax(live->until, 0), 1),
                              .has_port = live->control.port > 0,
                              .port = live->control.port };

    (void)target_pad(&live->target, &to.pad);
    return to;
}

/* Ends the waits whose time is over at `now`. `done` may add others, which stay. */
static void end_waits(struct pad_controls *controls, usec_t now)
{
    struct pad_waiter ended[WAITERS];
    uint32_t count = 0, left = 0;

    for (uint32_t i = 0; i < controls->waiting; i++)
        if (controls->waiters[i].until <= now)
            ended[count++] = controls->waiters[i];
        else
            controls->waiters[left++] = controls->waiters[i];
    controls->waiting = left;
    for (uint32_t i = 0; i < count; i++)
        ended[i].done(ended[i].state);
}

static void tick_waits(void *state)
{
    struct pad_controls *controls = state;
    const uint32_t before = controls->waiting;

    end_waits(controls, clock_steady());
    controls->is_silent |= controls->waiting < before;
    if (controls->waiting == 0)
        service_every(controls->p->service, 0, tick_waits, controls);
}

static void take_sent(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct pad_controls *controls = state;
    const struct pad_controls_taken *taken = answer;

    controls->is_busy = false;
    controls->is_failed = error != ERR_OK;
    if (error != ERR_OK && service_is_supervised(controls->p->service, "audio"))
        log_warn("the core does not know which controls hit pads: %s", fault->what);
    else if (controls->is_changed)
        pad_controls_send(controls, controls->waits);
    if (controls->is_busy)
        return;
    controls->waits_from = error == ERR_OK && taken->has_frame ? taken->frame : INT64_MIN;
    if (controls->waits)
        log_info("waits for a MIDI control that is moved");
    controls->is_silent = false;
    end_waits(controls, INT64_MAX);
}

bool pad_controls_waited(const struct pad_controls *controls, int64_t frame)
{
    return controls->waits && controls->waits_from <= frame;
}

bool pad_controls_wait(struct pad_controls *controls, usec_t until, void (*done)(void *state), void *state)
{
    if (!controls->is_busy || controls->is_silent || controls->waiting == WAITERS)
        return false;
    controls->waiters[controls->waiting++] = (struct pad_waiter){ until, done, state };
    service_every(controls->p->service, TICK_US, tick_waits, controls);
    return true;
}

void pad_controls_send(struct pad_controls *controls, bool waits)
{
    struct audio_set_pad_controls ask = { .each.at = controls->each, .waits = waits };
    struct fault fault = { 0 };

    if (!controls->waits)
        controls->waits_from = INT64_MAX;
    controls->waits = waits;
    controls->is_changed = controls->is_busy;
    if (controls->is_busy)
        return;
    for (uint32_t i = 0; i < controls->count && ask.each.count < MIDI_BINDINGS; i++)
        if (pad_controls_has(&controls->live[i]))
            controls->each[ask.each.count++] = write_control(&controls->live[i]);
    controls->is_busy = true;
    if (service_ask(controls->p->service, "audio.set_pad_controls", &ask, BUDGET_MS, NULL, take_sent, controls,
                    &fault) != ERR_OK)
        take_sent(controls, fault.code, NULL, &fault);
}

bool pad_controls_are_sent(const struct pad_controls *controls)
{
    return !controls->is_failed;
}

struct pad_controls *pad_controls_open(struct project *p, const struct midi_live *live, uint32_t count)
{
    struct pad_controls *controls = alloc_zeroed(1, sizeof(*controls));

    controls->p = p;
    controls->live = live;
    controls->count = count;
    return controls;
}

void pad_controls_close(struct pad_controls *controls)
{
    end_waits(controls, INT64_MAX);
    free(controls);
}
