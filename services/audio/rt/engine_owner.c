#include "services/audio/rt/engine_owner.h"

#include <string.h>

#include "services/audio/rt/capture.h"
#include "services/audio/rt/instance.h"
#include "services/audio/rt/notes.h"

/* ---- the word ---- */

enum { HALF_BITS = 2, FLIP_BITS = 36, EPOCH_BITS = 24 };
enum { EPOCH_AT = HALF_BITS + FLIP_BITS, WHO_AT = EPOCH_AT + EPOCH_BITS };

static uint32_t owner_of(uint64_t word) /* instance + 1; 0: none */
{
    return (uint32_t)(word >> WHO_AT);
}

static uint32_t epoch_of(uint64_t word)
{
    return (uint32_t)(word >> EPOCH_AT) & ((1u << EPOCH_BITS) - 1);
}

static uint32_t half_of(uint64_t word)
{
    return (uint32_t)word & ((1u << HALF_BITS) - 1);
}

static uint64_t with_owner(uint64_t word, uint32_t owner)
{
    const uint64_t rest = (UINT64_C(1) << EPOCH_AT) - 1, epochs = (1u << EPOCH_BITS) - 1;

    return (uint64_t)owner << WHO_AT | ((epoch_of(word) + 1) & epochs) << EPOCH_AT | (word & rest);
}

static uint64_t with_half(uint64_t word, uint32_t half)
{
    const uint64_t flips = (UINT64_C(1) << FLIP_BITS) - 1;
    uint64_t flip = ((word >> HALF_BITS) + 1) & flips;

    return (word & ~(flips << HALF_BITS | ((1u << HALF_BITS) - 1))) | flip << HALF_BITS | half;
}

static uint64_t load_owner_word(const struct engine *engine)
{
    return atomic_load_explicit(&engine->memory->word, memory_order_acquire);
}

/* Acquires the writes of the previous exchange, releases those of this one. */
static bool exchange_word(struct engine *engine, uint64_t *seen, uint64_t next)
{
    return atomic_compare_exchange_strong_explicit(&engine->memory->word, seen, next, memory_order_acq_rel,
                                                   memory_order_acquire);
}

bool engine_is_owner(const struct engine *engine)
{
    return load_owner_word(engine) == engine->word;
}

bool engine_owns(const struct engine *engine)
{
    return owner_of(load_owner_word(engine)) == engine->instance + 1;
}

bool engine_claim(struct engine *engine, bool is_dead)
{
    uint64_t word = load_owner_word(engine);

    atomic_store_explicit(&engine->resigned, 0, memory_order_relaxed);
    if (owner_of(word) == 0 || owner_of(word) > CORE_INSTANCES || is_dead)
        (void)exchange_word(engine, &word, with_owner(word, engine->instance + 1));
    return engine_owns(engine);
}

/* A period that ends meanwhile exchanges the word once, so three tries are enough. */
void engine_resign(struct engine *engine)
{
    uint64_t word = load_owner_word(engine);

    atomic_store_explicit(&engine->resigned, 1, memory_order_relaxed);
    for (int i = 0; i < 3 && owner_of(word) == engine->instance + 1; i++)
        if (exchange_word(engine, &word, with_owner(word, 0)))
            return;
}

static void open_ring_again(struct ring *ring, uint32_t cell, uint32_t capacity)
{
    (void)ring_open(ring, ring->memory, cell, capacity);
}

/* ---- the private half ---- */

/* Nothing is read of a voice that is silent. */
static void copy_sounds(struct rt_sounds *to, const struct rt_sounds *from)
{
    const uint32_t releases = core_least(from->releases, SOUNDS_RELEASES);
    const size_t rest = offsetof(struct rt_sounds, release) - offsetof(struct rt_sounds, started);

    for (uint32_t i = 0; i < SOUNDS_VOICES; i++)
        if (from->voice[i].state == SOUND_SILENT)
            to->voice[i].state = SOUND_SILENT;
        else
            to->voice[i] = from->voice[i];
    memcpy(&to->started, &from->started, rest + releases * sizeof(struct sounds_release));
    to->releases = releases;
}

static void copy_half(struct engine_half *to, const struct engine_half *from)
{
    uint32_t waiting = core_least(from->cues.count, CUES_WAITING);
    uint32_t leaving = core_least(from->leaving.count, SCORE_ROWS);
    uint32_t messages = core_least(from->midi_out.count, MIDI_OUT_WAITING);

    memcpy(to, from, offsetof(struct engine_half, sounds));
    copy_sounds(&to->sounds, &from->sounds);
    memcpy(to->leaving.each, from->leaving.each, leaving * sizeof(struct row_leaving));
    memcpy(&to->cues, &from->cues, offsetof(struct cues, waiting) + waiting * sizeof(struct cues_waiting));
    memcpy(to->midi_out.waiting, from->midi_out.waiting, messages * sizeof(struct engine_midi));
    to->leaving.count = leaving;
    to->midi_out.count = messages;
    to->cues.count = waiting;
}

void engine_copy_in(struct engine *engine)
{
    uint32_t counts = half_of(engine->word), own = engine->instance * 2;

    engine->half_number = own + (counts == own);
    copy_half(engine->half, &engine->memory->half[counts]);
}

/* ---- publication ---- */

static void show_stage(struct engine *engine)
{
    notes_show(engine);
    capture_show(engine);
}

/* Stored before the last check of the owner word, so that an instance that takes the word after the check sees it. */
static void begin_showing(struct engine *engine)
{
    struct core_showing *showing = &engine->memory->showing[engine->instance];

    for (uint32_t i = 0; i < CUES_RINGS; i++)
        atomic_store_explicit(&showing->notes[i], engine->half->notes.from[i], memory_order_relaxed);
    for (uint32_t i = 0; i < CAPTURES; i++)
        atomic_store_explicit(&showing->capture[i], engine->half->capture[i].from, memory_order_relaxed);
    atomic_store_explicit(&showing->active, 1, memory_order_seq_cst);
}

static void end_showing(struct engine *engine)
{
    atomic_store_explicit(&engine->memory->showing[engine->instance].active, 0, memory_order_release);
}

/* Limits the index of each ring to one lap after the cells that a paused instance may still be copying. */
static void bound_rings(struct engine *engine)
{
    const struct core_showing *other = &engine->memory->showing[CORE_INSTANCES - 1 - engine->instance];
    bool is_active = atomic_load_explicit(&other->active, memory_order_seq_cst);

    for (uint32_t i = 0; i < CUES_RINGS; i++)
        engine->notes_most[i] =
            is_active ? atomic_load_explicit(&other->notes[i], memory_order_relaxed) + NOTES_CELLS : UINT64_MAX;
    for (uint32_t i = 0; i < CAPTURES; i++)
        engine->capture_most[i] = is_active ? atomic_load_explicit(&other->capture[i], memory_order_relaxed) +
                                                  engine->capture[i].ring.capacity
                                            : UINT64_MAX;
}

/* Resets the views, which cache indices of an earlier ownership. */
static void forget_views(struct engine *engine)
{
    for (uint32_t i = 0; i < CUES_RINGS; i++) {
        open_ring_again(&engine->cues[i], sizeof(struct cue), CUES_CELLS);
        open_ring_again(&engine->notes[i], sizeof(struct note), NOTES_CELLS);
    }
    for (uint32_t i = 0; i < STREAMS; i++) {
        open_ring_again(&engine->stream[i].ring, 2 * sizeof(float), engine->stream[i].ring.capacity);
        engine->stream[i].end = UINT64_MAX;
    }
    for (uint32_t i = 0; i < CAPTURES; i++)
        open_ring_again(&engine->capture[i].ring, 2 * sizeof(float), engine->capture[i].ring.capacity);
}

/* Publishes what a predecessor had staged. The copy is whole only if this instance still owns afterwards; otherwise the
 * predecessor owns again and writes its halves. */
static bool adopt_half(struct engine *engine)
{
    bool owns;

    forget_views(engine);
    engine_copy_in(engine);
    notes_copy_in(engine, &engine->memory->stage[half_of(engine->word)]);
    capture_copy_in(engine, &engine->memory->stage[half_of(engine->word)]);
    begin_showing(engine);
    owns = atomic_load_explicit(&engine->memory->word, memory_order_seq_cst) == engine->word;
    if (owns)
        show_stage(engine);
    end_showing(engine);
    engine->epoch = owns ? epoch_of(engine->word) : UINT32_MAX;
    engine->has_taken = true;
    return owns;
}

/* An owner that ended neither this period nor the one before is dead or hangs. Only an instance that ran in the period
 * before can decide this. One that slept between two periods cannot. One that slept during this period finds a beat
 * that is ahead. A beat far ahead belongs to a server whose clock has restarted. */
static bool is_owner_silent(const struct engine *engine, const struct engine_period *period)
{
    uint32_t beat = (uint32_t)atomic_load_explicit(&engine->memory->beat, memory_order_acquire),
             now = (uint32_t)period->frame;
    bool was_there = engine->frame_after == now, is_late = beat - now < 4 * period->rate;

    return was_there && !is_late && beat != engine->frame_before;
}

bool engine_holds(struct engine *engine, const struct engine_period *period)
{
    uint64_t word = load_owner_word(engine), taken = with_owner(word, engine->instance + 1);

    engine->has_taken = false;
    if (owner_of(word) != engine->instance + 1) {
        if (atomic_load_explicit(&engine->resigned, memory_order_relaxed))
            return false;
        if ((owner_of(word) != 0 && !is_owner_silent(engine, period)) || !exchange_word(engine, &word, taken))
            return false;
        word = taken;
    }
    engine->word = word;
    if (engine->epoch != epoch_of(word) && !adopt_half(engine))
        return false;
    bound_rings(engine);
    return true;
}

bool engine_flip(struct engine *engine, const struct engine_period *period)
{
    uint64_t seen = engine->word;
    bool counts;

    copy_half(&engine->memory->half[engine->half_number], engine->half);
    engine->word = with_half(seen, engine->half_number);
    begin_showing(engine);
    counts = exchange_word(engine, &seen, engine->word);
    if (counts) {
        atomic_store_explicit(&engine->memory->beat, (uint32_t)period->frame, memory_order_release);
        show_stage(engine);
    }
    end_showing(engine);
    return counts;
}
