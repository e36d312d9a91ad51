#include "services/audio/control/audio.h"

enum { WAIT_US = 5000000 };

uint64_t audio_effects(const struct audio *audio)
{
    return ring_written(&audio->orders) + audio->score.serial;
}

/* An order that is part of an ask has no answer and cannot be deferred: it waits in the ring. */
static bool may_order(const struct audio *audio, const void *answer)
{
    return audio_sounds(audio) || (!answer && audio_sounded(audio, WAIT_US));
}

/* The core has room for ORDERS_WAITING orders, and could only drop a later one. */
static enum err note_timed(struct audio *audio, struct call *call, const struct order *orders, uint32_t count)
{
    struct state state;
    uint32_t left = 0;

    (void)audio_state(audio, &state);
    for (uint32_t i = 0; i < audio->timed_count; i++)
        if (audio->timed[i] > state.frame)
            audio->timed[left++] = audio->timed[i];
    audio->timed_count = left;
    for (uint32_t i = 0; i < count; i++) {
        if (orders[i].frame <= state.frame)
            continue;
        if (left == AUDIO_TIMED_MOST) {
            (void)refuse(call, ERR_BUSY, "%u orders wait for their frame: at most %d", left, AUDIO_TIMED_MOST);
            return fault_hint(call_fault(call), "send it again when one of them is done");
        }
        audio->timed[left++] = orders[i].frame;
    }
    audio->timed_count = left;
    return ERR_OK;
}

enum err audio_orders_now(struct audio *audio, struct call *call, struct order *orders, uint32_t count,
                          const void *answer)
{
    if (!may_order(audio, answer)) {
        (void)refuse(call, ERR_OFFLINE, "no sound: the audio core has no JACK server");
        return fault_hint(call_fault(call), "`loophole audio status` says why");
    }
    if (ring_space(&audio->orders) < count)
        return refuse(call, ERR_BUSY, "too many orders wait for the audio core");
    if (note_timed(audio, call, orders, count) != ERR_OK)
        return ERR_BUSY;
    if (answer)
        recall_prepare(call, answer, audio_effects(audio) + count);
    (void)ring_write(&audio->orders, orders, count);
    return ERR_OK;
}

enum err audio_order_now(struct audio *audio, struct call *call, struct order order, const void *answer)
{
    order.frame = ORDER_NOW;
    return audio_orders_now(audio, call, &order, 1, answer);
}

enum err audio_orders(struct audio *audio, struct call *call, struct order *orders, uint32_t count, const void *answer)
{
    bool is_late = audio->late.count > 0 || !audio_sounds(audio);

    if (answer && is_late && audio_sounded(audio, LATE_US) && late_order_put(&audio->late, call, orders, count, answer))
        return ERR_OK;
    return audio_orders_now(audio, call, orders, count, answer);
}

static enum err send_late(void *state, struct late_order *order)
{
    struct audio *audio = state;
    enum err e = audio_orders_now(audio, order->call, order->orders, order->parts, order->answer);

    if (e == ERR_OK && call_ask(order->call)->answer == &transport_state_shape)
        audio_report_changed(audio, order->answer);
    return e;
}

void audio_send_late(struct audio *audio)
{
    late_orders_tick(&audio->late, audio->service, audio_sounds(audio), send_late, audio);
}

enum err audio_order_at(struct audio *audio, struct call *call, struct order order, bool has_at, int64_t at,
                        const void *answer)
{
    order.frame = has_at ? at : ORDER_NOW;
    return audio_orders(audio, call, &order, 1, answer);
}

enum err audio_order(struct audio *audio, struct call *call, struct order order, const void *answer)
{
    return audio_order_at(audio, call, order, false, 0, answer);
}
