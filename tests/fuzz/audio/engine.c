/* The audio core on damaged shared memory: score, cues, rings, sounds, its own survival state. Whatever the memory
 * contains, also if it changes within a period, the period ends, and its output is valid: finite, below the ceiling.
 *
 * An input is a list of commands: a byte for the command (enum command), and its arguments. */
#include "services/audio/rt/engine.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "common/shared/studio.h"
#include "services/audio/jack/engine_open.h"
#include "tests/fuzz/fuzz.h"

enum command { SCRIBBLE, NOISE, CUE, RUN, MIDI, SCORE, SOUND, STREAM, RACE, COMMANDS };
enum { REGIONS = 8, PERIODS = 24, ENGINE_BYTES = 1 << 20, STREAM_CELLS = 2000 };

struct region {
    uint8_t *at;
    size_t size;
};

static struct studio *studio;
static struct engine *engines[2];
static struct region regions[REGIONS];
static struct engine_midi midi[ENGINE_MIDI];
static uint32_t midi_count;
static int64_t frame;

static void set_up(void)
{
    const struct paths *paths = fuzz_home();
    struct ring ring, *any = &ring;

    holds(studio_make(paths, NULL) == ERR_OK && studio_open(paths, &studio, NULL) == ERR_OK);
    holds(studio_remove(paths) == ERR_OK); /* removes only the names: the mappings stay */
    regions[0] = (struct region){ studio_score(studio).buffers, 3 * sizeof(struct score) };
    regions[1] = (struct region){ (uint8_t *)studio_score(studio).memory, sizeof(struct snapshot_memory) };
    regions[2] = (struct region){ (uint8_t *)studio_sounds(studio), 64 * sizeof(struct sound_entry) };
    regions[3] = (struct region){ (uint8_t *)studio_stream(studio, 0, any), sizeof(struct stream_memory) };
    regions[4] = (struct region){ (uint8_t *)studio_capture(studio, 0, any), sizeof(struct capture_memory) };
    regions[5] = (struct region){ studio_engine(studio), ENGINE_BYTES };
    regions[6] = (struct region){ (uint8_t *)studio_cues(studio, 0).memory, sizeof(struct ring_memory) };
    regions[7] = (struct region){ (uint8_t *)studio_notes(studio, 0).memory, sizeof(struct ring_memory) };
    for (uint32_t i = 0; i < 2; i++)
        holds(engine_open(studio, i, &engines[i], NULL) == ERR_OK);
    for (int i = 0; i < 4096; i++)
        studio_sounds(studio)->samples[i] = sinf((float)i);
}

/* An engine does not repeat its last period: no input has a period at this place of the clock. */
static void run_elsewhere(struct engine *engine)
{
    static float silence[ENGINE_FRAMES], nowhere[ENGINE_FRAMES];
    struct engine_midi answer[ENGINE_MIDI];
    struct engine_period period = { .frames = 1,
                                    .rate = 48000,
                                    .frame = -1000000,
                                    .capture = { silence, silence },
                                    .returns = { [CHAIN_PREVIEW] = { silence, silence } },
                                    .main = { nowhere, nowhere },
                                    .preview = { nowhere, nowhere },
                                    .midi_out = answer };

    engine_run(engine, &period);
}

/* The same initial state for each input. */
static void begin_engine(void)
{
    struct slots state;

    if (!studio)
        set_up();
    for (int i = 0; i < 2; i++)
        run_elsewhere(engines[i]);
    for (int i = 0; i < REGIONS; i++)
        memset(regions[i].at, 0, regions[i].size);
    state = studio_state(studio);
    snapshot_make(regions[1].at, sizeof(struct score));
    slots_make(state.memory, sizeof(struct state));
    for (uint32_t i = 0; i < CUES_RINGS; i++) {
        ring_make(studio_cues(studio, i).memory, sizeof(struct cue), CUES_CELLS);
        ring_make(studio_notes(studio, i).memory, sizeof(struct note), NOTES_CELLS);
    }
    ring_make(&((struct stream_memory *)(void *)regions[3].at)->ring, 2 * sizeof(float), STREAM_FRAMES);
    ring_make(&((struct capture_memory *)(void *)regions[4].at)->ring, 2 * sizeof(float), CAPTURE_FRAMES);
    frame = 0;
    midi_count = 0;
}

static void scribble_memory(struct fuzz_input *input)
{
    struct region region = regions[fuzz_number(input) % REGIONS];
    size_t at = (size_t)fuzz_number(input) * 4 % region.size;
    struct bytes bytes = fuzz_take(input, fuzz_number(input) % 512);

    if (bytes.len > region.size - at)
        bytes.len = (uint32_t)(region.size - at);
    if (bytes.len)
        memcpy(region.at + at, bytes.at, bytes.len);
}

static void make_noise(struct fuzz_input *input)
{
    struct region region = regions[fuzz_number(input) % REGIONS];
    uint32_t seed = fuzz_number(input), sparse = fuzz_number(input) % 64U;

    for (size_t i = 0; i < region.size; i++) {
        seed = seed * 1664525u + 1013904223u;
        if ((seed >> 8) % (sparse + 1) == 0)
            region.at[i] = (uint8_t)(seed >> 24);
    }
}

/* Bytes of a region that change while a period runs. */
struct racer {
    struct region region;
    uint32_t seed;
    atomic_bool is_over;
};

static void *race_writer(void *state)
{
    struct racer *racer = state;

    while (!atomic_load(&racer->is_over)) {
        racer->seed = racer->seed * 1664525u + 1013904223u;
        racer->region.at[racer->seed % racer->region.size] = (uint8_t)(racer->seed >> 24);
    }
    return NULL;
}

static void send_cue(struct fuzz_input *input, bool is_sane)
{
    struct ring cues = studio_cues(studio, 0);
    struct cue cue = { .frame = CUE_NOW };
    struct bytes bytes = fuzz_take(input, sizeof(cue));

    if (bytes.len)
        memcpy(&cue, bytes.at, bytes.len);
    if (is_sane) {
        cue.frame = frame + cue.frame % 20000;
        cue.verb %= CUE_VERBS;
        cue.voice %= 64;
        cue.sound %= 64;
        cue.generation = 1;
        cue.group %= GROUPS;
    }
    ring_write(&cues, &cue, 1);
}

static void change_sound(struct fuzz_input *input)
{
    struct sound_entry *entry = &studio_sounds(studio)->entries[fuzz_number(input) % 64];

    entry->frames = fuzz_number(input) % 2000;
    entry->channels = 1 + fuzz_number(input) % 2;
    entry->offset = fuzz_number(input) % 100;
    entry->rate = 8000 + fuzz_number(input);
    entry->generation = 1;
    entry->state = SOUND_READY;
    send_cue(input, true);
}

static void change_stream(struct fuzz_input *input)
{
    struct ring ring;
    struct stream_memory *memory = studio_stream(studio, 0, &ring);
    float cell[2] = { 0.1f, -0.1f };

    memory->begin = ring_written(&ring);
    memory->end = ring_written(&ring) + fuzz_number(input) % STREAM_CELLS;
    memory->ended = fuzz_number(input) % 4;
    memory->generation = fuzz_number(input) % 4;
    for (uint32_t i = fuzz_number(input) % STREAM_CELLS; i > 0; i--)
        ring_write(&ring, cell, 1);
}

/* A complete score of valid numbers, some of them changed. */
static void change_score(struct fuzz_input *input)
{
    struct snapshot view = studio_score(studio);
    struct score *draft = snapshot_draft(&view);
    struct bytes steps;

    memset(draft, 0, sizeof(*draft));
    draft->tempo = 20 + fuzz_number(input) % 400;
    draft->swing = (float)fuzz_number(input) / 65536;
    draft->sync = fuzz_number(input) % 4;
    draft->next_bar = (int64_t)(fuzz_number(input) % 8) - 1;
    draft->metronome = draft->midi_clock_out = draft->preview_chained = 1;
    draft->limiter_ceiling = draft->master.gain = 1;
    draft->limiter = draft->sync % 4;
    for (int i = 0; i < GROUPS; i++)
        draft->groups[i].gain = 1;
    draft->now.serial = 1, draft->next.serial = 2, draft->now.steps = 16 + 16 * (fuzz_number(input) % 4);
    for (uint32_t r = 0; r < SCORE_ROWS; r++) {
        draft->now.rows[r].used = 1;
        draft->now.rows[r].sound = r % 3 ? r : SCORE_NO_SOUND;
        draft->now.rows[r].generation = 1;
        draft->now.rows[r].amp = draft->now.rows[r].ratio = 1;
        draft->now.rows[r].voice.wave = r % WAVES;
        draft->now.rows[r].voice.acid = r % 5 == 0;
        draft->now.rows[r].voice.freq = 100;
        steps = fuzz_take(input, 4);
        if (steps.len)
            memcpy(draft->now.rows[r].steps, steps.at, steps.len);
    }
    for (uint16_t n = fuzz_number(input) % 32; n > 0; n--) {
        size_t at = fuzz_number(input) % (sizeof(*draft) / 4) * 4;
        struct bytes bytes = fuzz_take(input, 4);
        memcpy((uint8_t *)draft + at, bytes.at, bytes.len);
    }
    snapshot_publish(&view);
}

static void play_midi(struct fuzz_input *input)
{
    struct bytes bytes = fuzz_take(input, 4);

    if (midi_count == ENGINE_MIDI || bytes.len < 4)
        return;
    midi[midi_count] =
        (struct engine_midi){ .at = fuzz_number(input), .length = bytes.at[0], .port = bytes.at[0] >> 4 };
    memcpy(midi[midi_count++].bytes, bytes.at + 1, 3);
}

static void run_period(struct fuzz_input *input)
{
    static const uint32_t rates[] = { 48000, 44100, 96000, 192000, 22050, 8000 };
    static float in[2][ENGINE_FRAMES], out[4][ENGINE_FRAMES];
    static const float strange[] = { NAN, INFINITY, 1e30F, -0.5F };
    static float back[ENGINE_FRAMES];
    struct engine_midi answer[ENGINE_MIDI];
    uint16_t what = fuzz_number(input);
    struct engine_period period = { .frames = 1 + fuzz_number(input) % (what % 16 ? 300 : ENGINE_FRAMES),
                                    .rate = rates[(what >> 1 & 7) < 6 ? what >> 1 & 7 : 0],
                                    .at = frame * 20,
                                    .frame = frame,
                                    .capture = { in[0], in[1] },
                                    .chains = what >> 9,
                                    .awaits_chains = what >> 8 & 1,
                                    .main = { out[0], out[1] },
                                    .preview = { out[2], out[3] },
                                    .midi_in = midi,
                                    .midi_in_count = midi_count,
                                    .midi_out = answer,
                                    .jack_state = (enum engine_jack_state)(what >> 5 & 3),
                                    .jack_frame = frame,
                                    .jack_tempo = what >> 7 & 1 ? 90 : 0,
                                    .jack_step = what >> 8 & 1 ? (double)frame / 5000 : -1 };

    for (int i = 0; i < 4; i++)
        for (uint32_t f = 0; f < period.frames; f++)
            out[i][f] = NAN;
    for (uint32_t f = 0; f < period.frames; f++)
        back[f] = strange[(what + f) % 4];
    for (uint32_t i = 0; i < CHAINS; i++) {
        period.returns[i][0] = back;
        period.returns[i][1] = in[1];
        period.latency_frames[i] = what % 7 ? (uint32_t)what * (i + 1) % 9000 : UINT32_MAX;
    }
    engine_run(engines[what >> 9 & 1], &period);
    holds(period.midi_out_count <= ENGINE_MIDI);
    for (int i = 0; i < 4; i++)
        for (uint32_t f = 0; f < period.frames; f++)
            holds(fabsf(out[i][f]) <= 1);
    for (uint32_t i = 0; i < period.midi_out_count; i++)
        holds(answer[i].at < period.frames && answer[i].length <= 3);
    frame += period.frames + (what >> 10 & 1 ? what : 0) - (what >> 11 & 1 ? 100 : 0);
    midi_count = 0;
}

static void run_in_a_race(struct fuzz_input *input)
{
    struct racer racer = { .region = regions[fuzz_number(input) % REGIONS], .seed = fuzz_number(input) };
    pthread_t thread;

    holds(pthread_create(&thread, NULL, race_writer, &racer) == 0);
    run_period(input);
    atomic_store(&racer.is_over, true);
    pthread_join(thread, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = { bytes, len };
    int periods = 0;

    begin_engine();
    while (input.left > 0 && periods < PERIODS) {
        enum command command = (enum command)(fuzz_take(&input, 1).at[0] % COMMANDS);
        switch (command) {
        case SCRIBBLE:
            scribble_memory(&input);
            break;
        case NOISE:
            make_noise(&input);
            break;
        case CUE:
            send_cue(&input, false);
            break;
        case RUN:
            run_period(&input), periods++;
            break;
        case RACE:
            run_in_a_race(&input), periods++;
            break;
        case MIDI:
            play_midi(&input);
            break;
        case SCORE:
            change_score(&input);
            break;
        case SOUND:
            change_sound(&input);
            break;
        case STREAM:
            change_stream(&input);
            break;
        case COMMANDS:
            break;
        }
    }
    return 0;
}
