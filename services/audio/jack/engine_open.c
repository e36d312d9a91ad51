/* Sets the engine up: the part of services/audio/rt/engine.h that does not run on the audio thread. */
#include "services/audio/jack/engine_open.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "services/audio/rt/instance.h"

static const uint64_t LAYOUT = UINT64_C(2) << 48 ^ sizeof(struct engine_memory) << 20 ^ sizeof(struct engine_half);

static void open_views(struct engine *engine, const struct studio *studio)
{
    engine->score_view = studio_score(studio);
    engine->state_view = studio_state(studio);
    for (uint32_t i = 0; i < CUES_RINGS; i++) {
        engine->cues[i] = studio_cues(studio, i);
        engine->notes[i] = studio_notes(studio, i);
    }
    for (uint32_t i = 0; i < STREAMS; i++)
        engine->stream[i].memory = studio_stream(studio, i, &engine->stream[i].ring);
    for (uint32_t i = 0; i < CAPTURES; i++)
        engine->capture[i].memory = studio_capture(studio, i, &engine->capture[i].ring);
    engine->sounds = studio_sounds(studio);
    engine->memory = studio_engine(studio);
}

/* All zero is a valid state, for new memory and for that of another layout. Periods then count from 1 again, so the
 * headers of captures, which name later periods, are cleared. */
static void make_memory(struct engine *engine)
{
    struct engine_memory *memory = engine->memory;

    if (memory->layout == LAYOUT)
        return;
    for (uint32_t i = 0; i < CAPTURES; i++)
        memset((void *)engine->capture[i].memory->header, 0, sizeof(engine->capture[i].memory->header));
    memset((void *)memory, 0, sizeof(*memory));
    memory->layout = LAYOUT;
}

bool engine_is_of_other_layout(const struct studio *studio)
{
    const struct engine_memory *memory = studio_engine(studio);

    return memory->layout != 0 && memory->layout != LAYOUT;
}

enum err engine_open(const struct studio *studio, uint32_t instance, struct engine **engine, struct fault *fault)
{
    struct engine *made = NULL;

    *engine = NULL;
    if (instance >= CORE_INSTANCES)
        return fault_set(fault, ERR_BAD_REQUEST, "audio instance %u is out of range: 0 to %d", instance,
                         CORE_INSTANCES - 1);
    made = alloc_aligned(64, sizeof(*made));
    made->instance = instance;
    made->epoch = UINT32_MAX;
    made->half = &made->own_half;
    made->score = &made->own_score;
    open_views(made, studio);
    make_memory(made);
    atomic_store(&made->memory->showing[instance].active, 0); /* set by a predecessor, which is dead */
    interpolate_table(made->table);
    *engine = made;
    return ERR_OK;
}

void engine_peaks(const struct engine *engine, int64_t since, int64_t now, uint32_t rate, struct peaks *highest)
{
    peaks_since(&engine->memory->peaks, since, now, rate, highest);
}

void engine_close(struct engine *engine)
{
    free(engine);
}
