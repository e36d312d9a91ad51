#include "services/project/midi/pad_controls.h"

#include <math.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "schema_audio.h"

enum { BUDGET_MS = 10000 }; /* a core that is replaced gets them */

struct pad_controls {
    struct project *p;
    const struct midi_live *live;
    uint32_t count;
    bool is_busy, is_changed; /* is_changed: since they were sent */
    bool is_failed, waits;
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

static void take_sent(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct pad_controls *controls = state;

    (void)answer;
    controls->is_busy = false;
    controls->is_failed = error != ERR_OK;
    if (error != ERR_OK)
        log_warn("the core does not know which controls hit pads: %s", fault->what);
    else if (controls->is_changed)
        pad_controls_send(controls, controls->waits);
    if (controls->waits && !controls->is_busy)
        log_info("waits for a MIDI control that is moved");
}

void pad_controls_send(struct pad_controls *controls, bool waits)
{
    struct audio_set_pad_controls ask = { .each.at = controls->each, .waits = waits };
    struct fault fault = { 0 };

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
    free(controls);
}
