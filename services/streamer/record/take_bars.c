/* Takes that begin at a bar. While a take waits, it has an item and no file. Its capture begins later than the bar by
 * the latency, so frame 0 of the file is what was played on the beat. The tempo may change until the bar is near. */
#include "services/streamer/record/take_bars.h"

#include <math.h>

#include "common/process/log.h"
#include "schema_audio.h"
#include "services/streamer/record/take_end.h"
#include "services/streamer/record/take_music.h"
#include "services/streamer/record/take_report.h"

enum { BUDGET_MS = 10000, BAR_STEPS = 16 };
static const double FILE_SECONDS = 1.5, CUE_SECONDS = 0.3, NEXT_SECONDS = 0.1, LATE_SECONDS = 0.02;

static double place_now(const struct state *state)
{
    return state->place + (double)(state->frame - state->begins) / state->step_frames;
}

/* False: the transport has no music with a known frame for its steps. */
static bool is_rolling(const struct take *take)
{
    const struct core_link *core = take->takes->core;

    return core->has_state && core->state.running && core->state.step_frames >= 1;
}

static double seconds_until(const struct take *take, double step)
{
    const struct state *state = &take->takes->core->state;

    return (step - place_now(state)) * state->step_frames / core_link_rate(take->takes->core);
}

enum err take_bars_read(struct take *take, struct call *call, const struct streamer_record *ask)
{
    bool is_rolling_now = is_rolling(take);
    double step = ask->has_at_bar ? (double)ask->at_bar * BAR_STEPS : 0;

    if (ask->has_count_in && is_rolling_now)
        return refuse(call, ERR_CONFLICT, "the transport runs already: a count-in starts it");
    if (ask->has_at_bar && is_rolling_now && seconds_until(take, step) < NEXT_SECONDS)
        return refuse(call, ERR_CONFLICT, "bar %lld has passed: choose a later one", (long long)ask->at_bar + 1);
    take->bars = (struct take_bars){ .waits = ask->at_next || ask->has_at_bar || ask->has_count_in || ask->has_bars,
                                     .is_next = !ask->has_at_bar,
                                     .bars = ask->has_bars ? ask->bars : 0,
                                     .count_in = ask->has_count_in ? ask->count_in : 0,
                                     .step = step };
    return ERR_OK;
}

/* ---- the count-in ---- */

static void transport_started(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct take *take = state;

    (void)answer;
    take->is_asking = false;
    if (error != ERR_OK && take->phase == TAKE_BARS)
        take_fail(take, fault);
}

static void start_transport(struct take *take)
{
    struct audio_start request = { .count_in = take->bars.count_in };
    struct fault fault = { 0 };

    take->bars.has_started = true;
    take->is_asking = true;
    if (service_ask(take->takes->service, "audio.start", &request, BUDGET_MS, NULL, transport_started, take, &fault) ==
        ERR_OK)
        return;
    take->is_asking = false;
    take_fail(take, &fault);
}

/* ---- waiting ---- */

void take_bars_wait(struct take *take)
{
    struct recording reply;

    take->phase = TAKE_BARS;
    take_describe(take, &reply);
    ticket_answer(take->takes->service, take->begun, &reply);
    take->begun = (struct ticket){ 0 };
    log_info("the take \"%s\" waits for its bar", take->name);
}

/* The first step of the next bar; with a count-in, the step after it. */
static double next_step(const struct take *take)
{
    const struct state *state = &take->takes->core->state;
    double ahead = NEXT_SECONDS * core_link_rate(take->takes->core) / state->step_frames;
    double from = take->bars.count_in ? state->from : ceil((place_now(state) + ahead) / BAR_STEPS) * BAR_STEPS;

    return fmax(from, take->bars.step);
}

/* A tempo that follows MIDI clock has the length of a step without the current correction of the place. */
static void measure_bars(struct take *take)
{
    const struct state *state = &take->takes->core->state;
    const double rate = core_link_rate(take->takes->core);
    const double step = state->tempo > 0 ? 15 * rate / state->tempo : state->step_frames;

    if (take->bars.bars)
        take->facts.most = (uint64_t)llround((double)take->bars.bars * BAR_STEPS * step);
}

void take_bars_follow(struct take *take)
{
    double step = take->bars.step;

    if (take->is_asking)
        return;
    if (take->wish != TAKE_WISH_NOTHING) {
        take->is_forgotten = true;
        take->result = LIFECYCLE_ABANDONED;
        take_end(take);
        return;
    }
    if (take->bars.count_in && !take->bars.has_started) {
        start_transport(take);
        return;
    }
    if (!is_rolling(take))
        return;
    if (take->bars.is_next || take->bars.count_in)
        step = next_step(take);
    if (seconds_until(take, step) > FILE_SECONDS || !isfinite(step))
        return;
    take->bars.step = step;
    measure_bars(take);
    take->due = TAKE_DUE_FILE;
}

/* Chooses the next bar if the file was made too late for this one and the ask names no bar. */
static void skip_bar(struct take *take)
{
    if (take->bars.is_next && !take->bars.count_in && seconds_until(take, take->bars.step) < LATE_SECONDS)
        take->bars.step = next_step(take);
}

int64_t take_bars_frame(struct take *take)
{
    const struct state *state = &take->takes->core->state;

    if (!is_rolling(take))
        return -1;
    skip_bar(take);
    if (seconds_until(take, take->bars.step) > CUE_SECONDS)
        return -1;
    measure_bars(take); /* the tempo may have changed since the file was made */
    take->bars.end = take->bars.step + (double)take->bars.bars * BAR_STEPS;
    take->bars.line = take->takes->music.line;
    atomic_store(&take->file->most, take->facts.most);
    return state->begins + llround((take->bars.step - state->place) * state->step_frames) + take->facts.latency_frames;
}

static bool is_line(const struct take_line *a, const struct take_line *b)
{
    return a->begins == b->begins && !(fabs(a->place - b->place) > 0) && !(fabs(a->step_frames - b->step_frames) > 0);
}

void take_bars_follow_end(struct take *take)
{
    const struct takes *takes = take->takes;
    int64_t most;

    if (take->bars.bars == 0 || !is_rolling(take) || is_line(&take->bars.line, &takes->music.line))
        return;
    take->bars.line = takes->music.line;
    most = take_music_frame(takes, take->bars.end) - take->facts.first;
    take->facts.most = most > 1 ? (uint64_t)most : 1;
    atomic_store(&take->file->most, take->facts.most);
}

void take_bars_pass(struct take *take, const struct take_pass *pass)
{
    const struct takes *takes = take->takes;
    int64_t most = 0;

    take->facts.most = pass->most;
    take->bars = (struct take_bars){ .bars = pass->bars,
                                     .end = pass->end + (double)pass->bars * BAR_STEPS,
                                     .line = takes->music.line };
    if (pass->bars && is_rolling(take))
        most = take_music_frame(takes, take->bars.end) - pass->from;
    if (most > 0)
        take->facts.most = (uint64_t)most;
}
