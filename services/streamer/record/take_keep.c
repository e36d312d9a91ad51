/* Takes of what was played before they were asked for. While no take runs, the core captures the inputs, and the ring
 * keeps the newest seven eighths of its length. A kept take begins at a past cell of that capture; everything else is
 * as in other takes. */
#include "services/streamer/record/take_keep.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "services/streamer/record/take_bars.h"
#include "services/streamer/record/take_find.h"
#include "services/streamer/record/take_music.h"

enum { BAR_STEPS = 16, AGAIN_US = 1000000, PART = 8 };

bool take_has_bus(const struct take *take)
{
    return take->source > TAKE_SOURCE_INPUTS;
}

/* A generation is random: after a reboot the shared memory counts from 0 again, and a file may be older than that. */
uint32_t take_new_generation(const struct takes *takes)
{
    uint32_t generation;

    do {
        struct id id = id_new();
        memcpy(&generation, id.b + 12, sizeof(generation));
    } while (generation == 0 || generation == capture_header_get(takes->memory).generation);
    return generation;
}

static bool is_resting(const struct takes *takes)
{
    const struct take *take = &takes->recording;

    return takes->looks_back && takes->has_looked && !take_is_recovering(takes) &&
           (take->phase == TAKE_FREE || take->phase == TAKE_BARS);
}

/* ---- passes ---- */

void take_keep_pass(const struct take *take)
{
    struct take_pass *pass = &take->takes->pass;

    if (!take->loops)
        return;
    pass->is_due = true;
    pass->number = take->pass;
    pass->format = take->format;
    pass->source = take->source;
    pass->is_for_flac = take->facts.is_for_flac;
    pass->is_filled = take->facts.is_filled;
    pass->most = take->facts.most;
    pass->bars = take->bars.bars;
    pass->end = take->bars.end;
    pass->from = take->facts.first + (int64_t)(pass->most + (pass->is_filled ? 0 : take->lost));
    if (take->pass == 0)
        snprintf(pass->name, sizeof(pass->name), "%s", take->name);
    memcpy(pass->inputs, take->inputs, sizeof(pass->inputs));
}

bool take_keep_begins(struct takes *takes)
{
    const struct take_pass *pass = &takes->pass;
    struct take *take = &takes->recording;

    if (!pass->is_due || take->phase != TAKE_FREE)
        return false;
    take->pass = pass->number + 1;
    snprintf(take->name, sizeof(take->name), "%.*s %u", TAKE_NAME_MOST, pass->name, take->pass + 1);
    memcpy(take->inputs, pass->inputs, sizeof(take->inputs));
    take->format = pass->format;
    take->source = pass->source;
    take->facts.is_for_flac = pass->is_for_flac;
    take->facts.is_filled = pass->is_filled;
    take_bars_pass(take, pass);
    take->kept = (struct take_kept){ .is_kept = true, .from = pass->from };
    take->loops = true;
    takes->pass.is_due = false;
    return true;
}

void take_keep_listen(struct takes *takes)
{
    struct capture_header header = capture_header_get(takes->memory);
    uint64_t taken = ring_taken(&takes->ring), ready = ring_ready(&takes->ring);
    uint64_t most = takes->ring.capacity - takes->ring.capacity / PART;
    struct cue cue = { .frame = CUE_NOW, .verb = CUE_CAPTURE_START, .voice = CAPTURE_TAKE };
    usec_t now = clock_steady();

    if (!is_resting(takes))
        return;
    if (ready > most)
        ring_release(&takes->ring, taken + ready - most);
    if ((header.generation && header.end == UINT64_MAX && header.source == CAPTURE_INPUTS &&
         header.rate == core_link_rate(takes->core)) ||
        now - takes->quieted < AGAIN_US || core_link_check(takes->core, CORE_PAUSE_US, NULL) != ERR_OK)
        return;
    takes->quieted = now;
    cue.generation = take_new_generation(takes);
    (void)core_link_cue(takes->core, &cue);
}

/* ---- a take ---- */

/* The last whole bars; while the transport is stopped, their length up to now. */
static void choose_bars(struct take *take, uint64_t bars)
{
    const struct state *state = &take->takes->core->state;
    int64_t end = state->frame, from = end - llround((double)bars * BAR_STEPS * state->step_frames);

    take_music_follow(take->takes);
    if (take->takes->music.known > 0) {
        end = take_music_began(take->takes, 0);
        from = take_music_began(take->takes, bars);
    }
    take->kept = (struct take_kept){ .is_kept = true, .from = from };
    take->facts.most = (uint64_t)(end - from);
}

enum err take_keep_read(struct take *take, struct call *call, const struct streamer_record *ask)
{
    const struct state *state = &take->takes->core->state;

    take->kept = (struct take_kept){ 0 };
    take->facts.most = 0;
    take->loops = ask->has_loop && ask->loop;
    if (take->loops && !ask->has_bars && !ask->has_seconds)
        return refuse(call, ERR_BAD_REQUEST, "a loop needs seconds or bars: the length of each take");
    if (take->loops && !take->takes->looks_back)
        return refuse(call, ERR_CONFLICT, "the setting recording.look_back is off: a loop needs it");
    if (!ask->has_keep)
        return ERR_OK;
    if (take->bars.waits || ask->has_seconds || ask->inputs.count > 0 || take_has_bus(take))
        return refuse(call, ERR_BAD_REQUEST,
                      "keep takes no inputs, and no other position or length, because its bars were already played");
    if (!take->takes->looks_back)
        return refuse(call, ERR_CONFLICT, "the setting recording.look_back is off: nothing is kept before a take");
    if (!(state->step_frames >= 1 && state->step_frames < 1e9))
        return refuse(call, ERR_CONFLICT, "the tempo is not known yet");
    choose_bars(take, ask->keep);
    return ERR_OK;
}

/* The cell of a frame of the audio clock, or the next one if that frame is missing. */
static uint64_t find_cell(const struct capture_header *header, int64_t frame)
{
    uint64_t named = header->gaps < CAPTURE_GAPS ? header->gaps : CAPTURE_GAPS, at = (uint64_t)(frame - header->first);
    uint64_t lost = 0;

    for (uint64_t n = header->gaps - named; n < header->gaps; n++) {
        const struct capture_gap *gap = &header->gap[n % CAPTURE_GAPS];
        uint64_t cell = gap->at - header->begin;
        if (at < cell + lost)
            break;
        if (at < cell + gap->total)
            return gap->at;
        lost = gap->total;
    }
    return header->begin + at - lost;
}

enum err take_keep_find(struct take *take, struct fault *fault)
{
    struct takes *takes = take->takes;
    struct capture_header header = capture_header_get(takes->memory);
    uint64_t oldest = ring_taken(&takes->ring), newest = oldest + ring_ready(&takes->ring);
    int64_t frame = take->kept.from + take->facts.latency_frames;

    if ((header.source != CAPTURE_INPUTS && !take->loops) || header.generation == 0 || header.end != UINT64_MAX ||
        header.rate != take->facts.rate)
        return fault_set(fault, ERR_CONFLICT, "the inputs were not captured: try again");
    oldest = oldest > header.begin ? oldest : header.begin;
    if (frame >= header.first)
        take->kept.begin = find_cell(&header, frame);
    if (frame >= header.first && take->kept.begin >= oldest && take->kept.begin <= newest)
        return ERR_OK;
    fault_set(fault, ERR_CONFLICT, "%.1f s were asked for, and only the last %.1f s of the inputs are kept",
              (double)take->facts.most / take->facts.rate, (double)(newest - oldest) / take->facts.rate);
    return fault_hint(fault, "keep fewer bars");
}

void take_keep_cue(const struct take *take, struct cue *cue)
{
    cue->flags = CUE_KEPT;
    cue->from = (uint32_t)take->kept.begin;
    cue->until = (uint32_t)(take->kept.begin >> 32);
}
