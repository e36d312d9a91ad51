/* The engine's set-up: the part of services/audio/rt/engine.h that does not run on the audio thread. */
#include <stdlib.h>
#include <string.h>

#include "services/audio/rt/core.h"

static const uint64_t LAYOUT =
    UINT64_C(1) << 48 ^ sizeof(struct engine_memory) << 20 ^ sizeof(struct engine_half);

static void open_views(struct engine *engine, const struct studio *studio)
{
    engine->score_view = studio_score(studio);
    engine->state_view = studio_state(studio);
    for (uint32_t i = 0; i < ORDERS_RINGS; i++) {
        engine->orders[i] = studio_orders(studio, i);
        engine->notes[i] = studio_notes(studio, i);
    }
    for (uint32_t i = 0; i < STREAMS; i++)
        engine->stream[i].memory = studio_stream(studio, i, &engine->stream[i].ring);
    for (uint32_t i = 0; i < CAPTURES; i++)
        engine->capture[i].memory = studio_capture(studio, i, &engine->capture[i].ring);
    engine->sounds = studio_sounds(studio);
    engine->memory = studio_engine(studio);
}

/* New memory is all zeroes, which is a state; one of another layout becomes that. */
static void make_memory(struct engine_memory *memory)
{
    if (memory->layout == LAYOUT)
        return;
    memset((void *)memory, 0, sizeof(*memory));
    memory->layout = LAYOUT;
}

enum err engine_open(const struct studio *studio, uint32_t instance, struct engine **engine,
                     struct fault *fault)
{
    struct engine *made = NULL;

    *engine = NULL;
    if (instance >= CORE_INSTANCES)
        return fault_set(fault, ERR_BAD_REQUEST, "there is no audio instance %u", instance);
    if (posix_memalign((void **)&made, 64, sizeof(*made)) != 0)
        return fault_set(fault, ERR_FULL, "no memory for the audio engine");
    memset((void *)made, 0, sizeof(*made));
    made->instance = instance;
    made->epoch = UINT32_MAX;
    open_views(made, studio);
    make_memory(made->memory);
    interpolate_table(made->table);
    *engine = made;
    return ERR_OK;
}

void engine_close(struct engine *engine)
{
    free(engine);
}
