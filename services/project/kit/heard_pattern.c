#include "services/project/kit/heard_pattern.h"

#include <math.h>
#include <string.h>

enum { STEPS_MOST = HEARD_PATTERN_BARS * HEARD_STEPS };
static const double SLOWEST = 20, FASTEST = 400, TIMING_MOST = 0.5, GATE_LEAST = 0.01, SMALLEST = 1e-6;

/* The steps of a pad. */
struct heard_row {
    uint8_t pad;
    uint32_t lost; /* hits for which their step has no place */
    bool hits[STEPS_MOST];
    double velocity[STEPS_MOST], timing[STEPS_MOST];
    double length; /* the longest, in steps */
};

struct pattern_making {
    const struct heard_pad *pads;
    struct arena *arena;
    struct remarks *remarks;
    uint32_t steps, count;
    struct heard_row rows[HEARD_PADS];
};

/* ---- steps ---- */

static struct heard_row *row_of(struct pattern_making *m, uint8_t pad)
{
    for (uint32_t i = 0; i < m->count; i++)
        if (m->rows[i].pad == pad)
            return &m->rows[i];
    m->rows[m->count] = (struct heard_row){ .pad = pad };
    return &m->rows[m->count++];
}

/* A hit just before the end belongs to the first step, because a pattern repeats. Of two hits of a step the louder one
 * is kept. */
static void put_step(struct pattern_making *m, struct heard_row *row, const struct heard_hit *hit, double place)
{
    const double step = floor(place + 0.5), timing = place - step;
    const uint32_t at = (uint32_t)step % m->steps;

    row->length = hit->length > row->length ? hit->length : row->length;
    row->lost += row->hits[at];
    if (row->hits[at] && row->velocity[at] >= hit->velocity)
        return;
    row->hits[at] = true;
    row->velocity[at] = hit->velocity;
    row->timing[at] = timing < -TIMING_MOST ? -TIMING_MOST : timing > TIMING_MOST ? TIMING_MOST : timing;
}

static void gather_steps(struct pattern_making *m, const struct heard_record *heard, uint32_t first)
{
    for (uint32_t i = 0; i < heard->hit_count; i++) {
        const struct heard_hit *hit = &heard->hits[i];
        const double place = hit->place + ((double)hit->bar - first) * HEARD_STEPS;
        if (hit->bar >= first && place < m->steps)
            put_step(m, row_of(m, hit->pad), hit, place);
    }
}

/* ---- rows ---- */

static struct real_list list_of(const double *values, uint32_t count, struct arena *arena)
{
    struct real_list to = { count, arena_array(arena, count, sizeof(*to.at)) };

    memcpy(to.at, values, count * sizeof(*values));
    return to;
}

/* The level of a hit of a pad. */
static double find_hit_level(const struct pad *pad, double velocity)
{
    return (pad->has_gain ? pad->gain : 1) * pow(velocity, pad->has_curve ? pad->curve : 1);
}

static void set_levels(const struct pattern_making *m, const struct heard_row *from, const struct pad *pad,
                       struct row *to)
{
    double velocity[STEPS_MOST], loudest = 0;

    for (uint32_t i = 0; i < m->steps; i++) {
        velocity[i] = from->hits[i] ? find_hit_level(pad, from->velocity[i]) : 1;
        loudest = from->hits[i] && velocity[i] > loudest ? velocity[i] : loudest;
    }
    to->has_base_amp = true;
    to->base_amp = loudest < 1 ? loudest : 1;
    for (uint32_t i = 0; i < m->steps; i++)
        if (from->hits[i])
            velocity[i] = to->base_amp > SMALLEST ? fmin(1, velocity[i] / to->base_amp) : 1;
    to->has_velocity = true;
    to->velocity = list_of(velocity, m->steps, m->arena);
    if (loudest > 1 + SMALLEST)
        remark_add(m->remarks, "%.*s: its level is %.2f, and a row has at most 1", TEXT_ARG(to->name), loudest);
}

/* The layer that the row plays is a part of its sound. */
static bool is_part(const struct pad *pad)
{
    return pad->layers.count && (pad->layers.at[0].from || pad->layers.at[0].until);
}

static void remark_values(struct pattern_making *m, const struct heard_row *from, const struct pad *pad,
                          const struct row *row)
{
    if (from->lost)
        remark_add(m->remarks, "%.*s: %u hit%s on a step that has a louder one left out", TEXT_ARG(row->name),
                   from->lost, text_plural(from->lost));
    if (pad->layers.count > 1)
        remark_add(m->remarks, "%.*s: the row has only the first of its %u layers", TEXT_ARG(row->name),
                   pad->layers.count);
    if (pad->from || pad->until || is_part(pad) || pad->reverse || pad->attack > 0 || pad->decay > 0 ||
        pad->has_filter_q)
        remark_add(m->remarks, "%.*s: a row has no start, end, reverse, envelope and resonance", TEXT_ARG(row->name));
}

static struct text write_steps(const struct pattern_making *m, const struct heard_row *from)
{
    char steps[STEPS_MOST];

    for (uint32_t i = 0; i < m->steps; i++)
        steps[i] = from->hits[i] ? 'x' : '.';
    return arena_text(m->arena, (struct text){ m->steps, steps });
}

static void make_row(struct pattern_making *m, const struct heard_row *from, struct row *to)
{
    const struct heard_pad *source = &m->pads[from->pad];
    const struct pad *pad = &source->pad;
    const bool is_gate = pad->mode.value == PAD_MODE_GATE;

    *to = (struct row){ .name = source->name,
                        .pattern = write_steps(m, from),
                        .has_id = true,
                        .id = source->media,
                        .pan = pad->pan,
                        .choke = pad->choke,
                        .has_ratio = pad->has_ratio,
                        .ratio = pad->ratio,
                        .has_filter_freq = pad->has_filter_freq,
                        .filter_freq = pad->filter_freq,
                        .has_reverb_send = pad->reverb_send > 0,
                        .reverb_send = pad->reverb_send,
                        .has_delay_send = pad->delay_send > 0,
                        .delay_send = pad->delay_send,
                        .has_gate_frac = true,
                        .gate_frac = is_gate ? fmin(1, fmax(GATE_LEAST, from->length)) : 1,
                        .has_timing = true,
                        .timing = list_of(from->timing, m->steps, m->arena) };
    set_levels(m, from, pad, to);
    remark_values(m, from, pad, to);
}

/* ---- the pattern ---- */

static void make_rows(struct pattern_making *m, struct row_list *to)
{
    to->at = arena_array(m->arena, HEARD_PATTERN_ROWS, sizeof(*to->at));
    for (uint32_t i = 0; i < m->count; i++) {
        const struct heard_pad *pad = &m->pads[m->rows[i].pad];
        if (id_is_zero(pad->media))
            remark_add(m->remarks, "%.*s is left out: it has no sound of the catalogue", TEXT_ARG(pad->name));
        else if (to->count == HEARD_PATTERN_ROWS)
            remark_add(m->remarks, "%.*s is left out: a pattern has %d rows", TEXT_ARG(pad->name), HEARD_PATTERN_ROWS);
        else
            make_row(m, &m->rows[i], &to->at[to->count++]);
    }
}

static void set_tempo(const struct heard_record *heard, uint32_t first, uint32_t bars, uint64_t rate,
                      struct pattern_making *m, struct sequencer *to)
{
    double frames = 0, bpm;

    for (uint32_t i = 0; i < bars; i++)
        frames += heard->bars[first + i].frames;
    for (uint32_t i = 1; i < bars; i++)
        if (fabs(heard->bars[first + i].frames - heard->bars[first].frames) > 2) {
            remark_add(m->remarks, "the tempo changed, and a pattern has one: the mean");
            break;
        }
    bpm = frames > 0 ? 60.0 * 4 * bars * (double)rate / frames : 120;
    bpm = round(bpm * 1000) / 1000;
    to->has_bpm = true;
    to->bpm = bpm < SLOWEST ? SLOWEST : bpm > FASTEST ? FASTEST : bpm;
}

enum err heard_pattern(const struct heard_record *heard, uint32_t first, uint32_t bars, uint64_t rate,
                       const struct heard_pad pads[HEARD_PADS], struct arena *arena, struct pattern *to,
                       struct remarks *remarks, struct fault *fault)
{
    struct pattern_making *m = arena_alloc(arena, sizeof(*m));

    *m = (struct pattern_making){ .pads = pads, .arena = arena, .remarks = remarks, .steps = bars * HEARD_STEPS };
    *to = (struct pattern){ .chronus_version = TEXT("1.0.0"), .schema_version = TEXT("1.0") };
    gather_steps(m, heard, first);
    set_tempo(heard, first, bars, rate, m, &to->sequencer);
    make_rows(m, &to->sequencer.tracks);
    if (to->sequencer.tracks.count)
        return ERR_OK;
    fault_set(fault, ERR_CONFLICT, "none of the pads that were hit has a sound of the catalogue for a row");
    return fault_hint(fault, "`loophole pads` shows their sounds"), ERR_CONFLICT;
}
