#include "services/audio/dsp/interpolate.h"

#include <string.h>

#include "common/sound/bessel.h"

enum { SHORT = 16, LONG = 32, UNROLLED = 256 };
static const double INTERPOLATE_BETA = 8; /* of the Kaiser window */

typedef float four __attribute__((vector_size(16)));

/* ---- the table ---- */

static double kernel_at(double at, double cut, int taps)
{
    double x = 2 * at / taps, sinc = fabs(at) < 1e-9 ? 1 : sin(M_PI * cut * at) / (M_PI * cut * at);

    return x * x >= 1 ? 0 : sinc * bessel_0(INTERPOLATE_BETA * sqrt(1 - x * x));
}

/* The weights for one position; their sum is 1. */
static void fill_row(float *row, double place, double cut, int taps)
{
    double weight[LONG], sum = 0;

    for (int i = 0; i < taps; i++) {
        weight[i] = kernel_at(i - (taps / 2 - 1) - place, cut, taps);
        sum += weight[i];
    }
    for (int i = 0; i < taps; i++)
        row[i] = (float)(weight[i] / sum);
}

void interpolate_table(float *table)
{
    for (int band = 0; band < INTERPOLATE_BANDS; band++) {
        int taps = band ? LONG : SHORT;
        for (int place = 0; place <= INTERPOLATE_PLACES; place++, table += taps)
            fill_row(table, (double)place / INTERPOLATE_PLACES, pow(2, -band / 2.0), taps);
    }
}

/* ---- playing ---- */

struct band {
    const float *rows;
    uint32_t taps;
};

static struct band band_for(const float *table, double ratio)
{
    double most = 1.06;
    uint32_t band = 0;

    for (; band + 1 < INTERPOLATE_BANDS && ratio > most; band++)
        most *= 1.41421356;
    if (!band)
        return (struct band){ table, SHORT };
    return (struct band){ table + (INTERPOLATE_PLACES + 1) * (SHORT + (band - 1) * LONG), LONG };
}

static inline four load_four(const float *at)
{
    four v;

    memcpy(&v, at, sizeof(v));
    return v;
}

/* The position between two frames, 0..2^32, interpolates between the weights of two rows. */
static inline void weigh_taps(const struct band *band, uint64_t between, four *weight)
{
    uint64_t place = between >> 24 < INTERPOLATE_PLACES ? between >> 24 : INTERPOLATE_PLACES - 1;
    const float *row = band->rows + place * band->taps;
    float share = (float)(between - (place << 24)) * 0x1p-24f;

    for (uint32_t i = 0; i < band->taps / 4; i++) {
        four a = load_four(row + 4 * i), b = load_four(row + band->taps + 4 * i);
        weight[i] = a + share * (b - a);
    }
}

static inline float sum_of(const four *weight, const float *x, uint32_t taps)
{
    four sum = weight[0] * load_four(x);

    for (uint32_t i = 1; i < taps / 4; i++)
        sum += weight[i] * load_four(x + 4 * i);
    return number_sane((sum[0] + sum[2]) + (sum[1] + sum[3]));
}

/* One run. Frames from `first` to `end` are contiguous: the loop after its first pass, else the whole sound before its
 * end. */
struct player {
    const struct interpolate_source *source;
    struct band band;
    uint64_t step;
    uint32_t first, end;
    bool loops, wrapped, mono;
};

static uint32_t whole_frame(uint64_t position)
{
    return (uint32_t)(position >> 32);
}

static uint64_t between_of(uint64_t position)
{
    return position & UINT32_MAX;
}

/* Wraps the position at the end of the loop. False: the sound has ended. */
static bool settle_lap(struct player *player, struct interpolate *play)
{
    const struct interpolate_source *source = player->source;
    uint32_t frame = whole_frame(play->position);

    if (player->loops && frame >= source->loop_end) {
        frame = source->loop_start + (frame - source->loop_start) % (source->loop_end - source->loop_start);
        play->position = (uint64_t)frame << 32 | between_of(play->position);
        play->wrapped = 1;
    }
    player->wrapped = player->loops && play->wrapped && frame >= source->loop_start;
    player->first = player->wrapped ? source->loop_start : 0;
    player->end = player->loops ? source->loop_end : source->frames;
    return frame < player->end;
}

/* A frame near the edges: wraps around the loop, and is silent outside the sound. */
static float frame_at(const struct player *player, const float *x, int64_t frame)
{
    const struct interpolate_source *source = player->source;
    int64_t length = (int64_t)player->end - player->first, start = source->loop_start;

    if (player->loops && frame >= player->end)
        frame = start + (frame - start) % (player->end - start);
    else if (player->wrapped && frame < player->first)
        frame = player->end - 1 - (player->first - 1 - frame) % length;
    if (frame < 0 || frame >= source->frames)
        return 0;
    return x[source->reverse ? source->frames - 1 - frame : frame];
}

/* Copies whole frames at ratio 1. */
static uint32_t run_copy(const struct player *player, struct interpolate *play, float *left, float *right,
                         uint32_t frames)
{
    const struct interpolate_source *source = player->source;
    uint32_t at = whole_frame(play->position), n = player->end - at < frames ? player->end - at : frames;

    for (uint32_t i = 0; i < n; i++) {
        uint32_t from = source->reverse ? source->frames - 1 - at - i : at + i;
        left[i] = number_sane(source->left[from]);
        right[i] = number_sane(source->right[from]);
    }
    play->position += (uint64_t)n << 32;
    return n;
}

static bool is_inside(const struct player *player, uint64_t position)
{
    uint64_t reach = player->band.taps / 2, frame = whole_frame(position);

    return frame + 1 >= player->first + reach && frame + reach < player->end;
}

/* Runs while all taps are contiguous in memory. Backwards, the window is its own mirror image. */
static uint32_t run_inside(const struct player *player, struct interpolate *play, float *left, float *right,
                           uint32_t frames)
{
    const struct interpolate_source *source = player->source;
    uint32_t taps = player->band.taps, n = 0;
    four weight[LONG / 4];

    for (; n < frames && is_inside(player, play->position); n++, play->position += player->step) {
        uint64_t between = between_of(play->position);
        size_t at = whole_frame(play->position) + 1 - taps / 2;
        if (source->reverse) {
            at = source->frames - at - taps;
            between = (1ull << 32) - between;
        }
        weigh_taps(&player->band, between, weight);
        left[n] = sum_of(weight, source->left + at, taps);
        right[n] = player->mono ? left[n] : sum_of(weight, source->right + at, taps);
    }
    return n;
}

static void gather_taps(const struct player *player, const float *x, int64_t from, float *to, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        to[i] = frame_at(player, x, from + i);
}

/* Runs frames whose taps cross a loop point or an end: copies their taps together first. Renders at least one. */
static uint32_t run_edge(const struct player *player, struct interpolate *play, float *left, float *right,
                         uint32_t frames)
{
    uint32_t taps = player->band.taps, n = 0, begin = whole_frame(play->position), at = 0;
    uint64_t more = (frames * player->step >> 32) + 1;
    uint32_t count = taps + (more < taps ? (uint32_t)more : taps);
    float a[2 * LONG], b[2 * LONG];
    four weight[LONG / 4];

    gather_taps(player, player->source->left, (int64_t)begin + 1 - taps / 2, a, count);
    if (!player->mono)
        gather_taps(player, player->source->right, (int64_t)begin + 1 - taps / 2, b, count);
    do {
        weigh_taps(&player->band, between_of(play->position), weight);
        left[n] = sum_of(weight, a + at, taps);
        right[n] = player->mono ? left[n] : sum_of(weight, b + at, taps);
        play->position += player->step;
        at = whole_frame(play->position) - begin;
    } while (++n < frames && at + taps <= count && begin + at < player->end && !is_inside(player, play->position));
    return n;
}

/* Copies one pass of the loop in playback order, and the beginning of the next, so that all its taps are contiguous. */
static void unroll_loop(const struct player *player, const float *x, float *to)
{
    const struct interpolate_source *source = player->source;
    uint32_t length = player->end - player->first;

    for (uint32_t i = 0, from = 0; i < length + player->band.taps; i++) {
        uint32_t frame = player->first + from;
        to[i] = x[source->reverse ? source->frames - 1 - frame : frame];
        from = from + 1 < length ? from + 1 : 0;
    }
}

/* Plays a short loop from a copy, because nearly every frame of the loop itself would be an edge. */
static uint32_t run_unrolled(const struct player *player, struct interpolate *play, float *left, float *right,
                             uint32_t frames)
{
    uint32_t taps = player->band.taps, reach = taps / 2, length = player->end - player->first;
    uint32_t from = (whole_frame(play->position) - player->first + reach * length + 1 - reach) % length;
    uint64_t at = (uint64_t)from << 32 | between_of(play->position), lap = (uint64_t)length << 32;
    uint64_t step = player->step % lap;
    float a[UNROLLED + LONG], b[UNROLLED + LONG];
    four weight[LONG / 4];

    unroll_loop(player, player->source->left, a);
    if (!player->mono)
        unroll_loop(player, player->source->right, b);
    for (uint32_t n = 0; n < frames; n++, at += step, at -= at >= lap ? lap : 0) {
        weigh_taps(&player->band, between_of(at), weight);
        left[n] = sum_of(weight, a + whole_frame(at), taps);
        right[n] = player->mono ? left[n] : sum_of(weight, b + whole_frame(at), taps);
    }
    play->position += frames * player->step;
    return frames;
}

static bool is_short_loop(const struct player *player)
{
    return player->wrapped && player->end - player->first <= UNROLLED;
}

uint32_t interpolate_run(struct interpolate *play, const struct interpolate_source *source, const float *table,
                         double ratio, float *left, float *right, uint32_t frames)
{
    double kept = ratio > 1.0 / 64 ? (ratio < 8 ? ratio : 8) : 1.0 / 64;
    struct player player = { .source = source,
                             .band = band_for(table, kept),
                             .step = (uint64_t)(kept * 0x1p32 + 0.5),
                             .loops = source->loop_end > source->loop_start && source->loop_end <= source->frames,
                             .mono = source->left == source->right };
    uint32_t done = 0;

    while (done < frames && settle_lap(&player, play)) {
        uint32_t n = 0;
        if (player.step == 1ull << 32 && !between_of(play->position))
            n = run_copy(&player, play, left + done, right + done, frames - done);
        else if (is_short_loop(&player))
            n = run_unrolled(&player, play, left + done, right + done, frames - done);
        else
            n = run_inside(&player, play, left + done, right + done, frames - done);
        if (!n)
            n = run_edge(&player, play, left + done, right + done, frames - done);
        done += n;
    }
    memset(left + done, 0, (frames - done) * sizeof(*left));
    memset(right + done, 0, (frames - done) * sizeof(*right));
    return done;
}
