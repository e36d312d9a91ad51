#include "services/audio/rt/orders.h"

#include <string.h>

#include "services/audio/rt/capture.h"
#include "services/audio/rt/instance.h"
#include "services/audio/rt/mixer.h"
#include "services/audio/rt/notes.h"
#include "services/audio/rt/pads.h"
#include "services/audio/rt/sequencer.h"
#include "services/audio/rt/sounds.h"
#include "services/audio/rt/streams.h"
#include "services/audio/rt/sync.h"

enum { ORDERS_A_PERIOD = 256 }; /* read from each ring, at most */

/* ---- effects of orders ---- */

static bool silence_all(struct engine *engine, const struct order *order, uint32_t producer)
{
    uint32_t frames = core_panic_frames(engine);

    (void)order;
    (void)producer;
    engine->panic = true;
    sync_stop(engine);
    streams_silence(engine, frames);
    sounds_silence(engine, frames);
    sequencer_silence(engine, frames);
    mixer_close_returns(engine, frames);
    orders_forget(engine, ORDER_STREAM_START);
    orders_forget(engine, ORDER_SOUND_START);
    orders_forget(engine, ORDER_PAD_HIT);
    orders_forget(engine, ORDER_TRANSPORT_START);
    return true;
}

static bool reset_meters(struct engine *engine, const struct order *order, uint32_t producer)
{
    struct engine_half *half = engine->half;

    (void)order;
    (void)producer;
    half->xruns = half->lost = half->streams.underruns = 0;
    half->worst_load = 0;
    mixer_reset_meters(engine);
    return true;
}

/* At once: the lights of a controller do not wait for the limiter. */
static bool send_to_controllers(struct engine *engine, const struct order *order, uint32_t producer)
{
    struct engine_period *period = engine->period;
    struct engine_midi *to;

    (void)producer;
    if (!period->control_out || period->control_out_count >= ENGINE_MIDI || order->voice == 0 ||
        order->voice > sizeof(to->bytes) || !(order->from & 0x80))
        return false;
    to = &period->control_out[period->control_out_count++];
    *to = (struct engine_midi){ .at = engine->at, .length = (uint8_t)order->voice };
    for (uint32_t i = 0; i < order->voice; i++)
        to->bytes[i] = (uint8_t)(order->from >> 8 * i);
    return true;
}

typedef bool (*doer)(struct engine *engine, const struct order *order, uint32_t producer);

static const doer doers[ORDER_VERBS] = {
    [ORDER_STREAM_START] = streams_start,         [ORDER_STREAM_STOP] = streams_stop,
    [ORDER_STREAM_GAIN] = streams_gain,           [ORDER_SOUND_START] = sounds_order_start,
    [ORDER_SOUND_STOP] = sounds_order_stop,       [ORDER_SOUND_GAIN] = sounds_order_gain,
    [ORDER_SOUND_RELEASE] = sounds_order_release, [ORDER_PANIC] = silence_all,
    [ORDER_TRANSPORT_START] = sync_order_start,   [ORDER_TRANSPORT_STOP] = sync_order_stop,
    [ORDER_TRANSPORT_LOCATE] = sync_order_locate, [ORDER_CAPTURE_START] = capture_order_start,
    [ORDER_CAPTURE_STOP] = capture_order_stop,    [ORDER_PAD_HIT] = pads_order_hit,
    [ORDER_PAD_RELEASE] = pads_order_release,     [ORDER_METERS_RESET] = reset_meters,
    [ORDER_SOUND_SHAPE] = sounds_order_shape,     [ORDER_CONTROL_SEND] = send_to_controllers,
};

static void answer_order(struct engine *engine, const struct order *order, uint32_t producer, bool done)
{
    notes_send(engine, producer,
               (struct note){ .kind = done ? NOTE_ORDER_DONE : NOTE_ORDER_REFUSED,
                              .producer = producer,
                              .voice = order->voice,
                              .generation = order->generation,
                              .sound = order->sound,
                              .tag = order->tag,
                              .value = (float)order->verb });
}

static void execute_order(struct engine *engine, const struct order *order, uint32_t producer)
{
    doer does = order->verb < ORDER_VERBS ? doers[order->verb] : NULL;

    answer_order(engine, order, producer, does && does(engine, order, producer));
}

/* ---- waiting orders; the earliest is last ---- */

/* Inserts before the first order that is due at the same time or earlier. */
static void insert_order(struct orders *orders, const struct order *order, uint32_t producer)
{
    struct orders_waiting *waiting = orders->waiting;
    uint32_t low = 0, high = orders->count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (waiting[middle].order.frame <= order->frame)
            high = middle;
        else
            low = middle + 1;
    }
    memmove(&waiting[low + 1], &waiting[low], (orders->count - low) * sizeof(*waiting));
    waiting[low] = (struct orders_waiting){ .order = *order, .producer = producer };
    orders->count++;
}

/* Does a due order at once, after all that were read before it. A later order without room is refused. */
static void take_order(struct engine *engine, const struct order *order, uint32_t producer)
{
    struct orders *orders = &engine->half->orders;

    if (order->frame <= engine->now)
        execute_order(engine, order, producer);
    else if (orders->count < ORDERS_WAITING)
        insert_order(orders, order, producer);
    else
        answer_order(engine, order, producer, false);
}

static void take_orders(struct engine *engine, uint32_t producer)
{
    struct orders *orders = &engine->half->orders;
    struct ring *ring = &engine->orders[producer];
    struct order order;

    if (orders->taken[producer] - ring_taken(ring) > ring_ready(ring))
        orders->taken[producer] = ring_taken(ring);
    for (uint32_t i = 0; i < ORDERS_A_PERIOD; i++) {
        struct ring_span span = ring_look(ring, orders->taken[producer], 1);
        if (span.cells[0] == 0)
            return;
        memcpy(&order, span.at[0], sizeof(order));
        order.frame = order.frame > engine->now ? order.frame : engine->now;
        orders->taken[producer]++;
        take_order(engine, &order, producer);
    }
}

void orders_read(struct engine *engine)
{
    orders_due(engine);
    for (uint32_t producer = 0; producer < ORDERS_RINGS; producer++)
        take_orders(engine, producer);
}

int64_t orders_next(const struct engine *engine)
{
    const struct orders *orders = &engine->half->orders;

    return orders->count ? orders->waiting[orders->count - 1].order.frame : INT64_MAX;
}

void orders_due(struct engine *engine)
{
    struct orders *orders = &engine->half->orders;

    while (orders->count && orders_next(engine) <= engine->now) {
        struct orders_waiting next = orders->waiting[--orders->count];
        execute_order(engine, &next.order, next.producer);
    }
}

void orders_release(struct engine *engine)
{
    for (uint32_t producer = 0; producer < ORDERS_RINGS; producer++)
        ring_release(&engine->orders[producer], engine->half->orders.taken[producer]);
}

/* ---- dropping orders ---- */

typedef bool (*chooser)(const struct orders_waiting *waiting, uint32_t a, uint32_t b);

static void forget_orders(struct engine *engine, chooser chosen, uint32_t a, uint32_t b)
{
    struct orders *orders = &engine->half->orders;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < orders->count; i++) {
        if (chosen(&orders->waiting[i], a, b)) {
            answer_order(engine, &orders->waiting[i].order, orders->waiting[i].producer, false);
            continue;
        }
        if (kept < i)
            orders->waiting[kept] = orders->waiting[i];
        kept++;
    }
    orders->count = kept;
}

static bool is_verb(const struct orders_waiting *waiting, uint32_t verb, uint32_t unused)
{
    (void)unused;
    return waiting->order.verb == verb;
}

static bool starts_stream(const struct orders_waiting *waiting, uint32_t voice, uint32_t generation)
{
    return waiting->order.verb == ORDER_STREAM_START && waiting->order.voice == voice &&
           waiting->order.generation == generation;
}

static bool starts_sound(const struct orders_waiting *waiting, uint32_t producer, uint32_t tag)
{
    return (waiting->order.verb == ORDER_SOUND_START || waiting->order.verb == ORDER_SOUND_SHAPE) &&
           waiting->producer == producer && waiting->order.tag == tag;
}

void orders_forget(struct engine *engine, enum order_verb verb)
{
    forget_orders(engine, is_verb, verb, 0);
}

void orders_forget_stream(struct engine *engine, uint32_t voice, uint32_t generation)
{
    forget_orders(engine, starts_stream, voice, generation);
}

void orders_forget_sounds(struct engine *engine, uint32_t producer, uint32_t tag)
{
    forget_orders(engine, starts_sound, producer, tag);
}
