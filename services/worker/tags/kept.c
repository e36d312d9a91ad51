#include "services/worker/tags/kept.h"

#include <string.h>

#include "common/little.h"
#include "services/worker/tags/chunk.h"

/* Offsets in the sampler's chunk, and in each of its loops. */
enum { PERIOD_AT = 8, LOOPS_AT = 28, MORE_AT = 32, START_AT = 8, LAST_AT = 12 };
enum { BEATS_AT = 12, TEMPO_AT = 20 }; /* in the tempo's chunk */

static void keep_smpl(struct input *input, const struct chunk *chunk, struct kept *kept)
{
    size_t len = chunk_read(input, chunk, kept->smpl, sizeof(kept->smpl));

    kept->has_smpl = len >= KEPT_SMPL;
    if (!kept->has_smpl)
        return;
    uint32_t said = little_u32(kept->smpl + LOOPS_AT), whole = (uint32_t)((len - KEPT_SMPL) / KEPT_LOOP);
    kept->loops = said < whole ? said : whole;
}

static bool keep_plain(struct input *input, const struct chunk *chunk, void *to, size_t size)
{
    return chunk_read(input, chunk, to, size) == size;
}

void kept_read(struct input *input, struct kept *kept)
{
    struct chunk_walk walk;
    struct chunk chunk;

    *kept = (struct kept){ 0 };
    if (!chunk_open(&walk, input) || walk.big || memcmp(walk.form, "WAVE", 4) != 0)
        return;
    while (chunk_next(&walk, &chunk))
        if (chunk_is(&chunk, "smpl") && !kept->has_smpl)
            keep_smpl(input, &chunk, kept);
        else if (chunk_is(&chunk, "acid") && !kept->has_acid)
            kept->has_acid = keep_plain(input, &chunk, kept->acid, sizeof(kept->acid));
        else if (chunk_is(&chunk, "inst") && !kept->has_inst)
            kept->has_inst = keep_plain(input, &chunk, kept->inst, sizeof(kept->inst));
}

static bool cut_loop(uint8_t loop[KEPT_LOOP], uint64_t from, uint64_t frames)
{
    uint64_t start = little_u32(loop + START_AT), last = little_u32(loop + LAST_AT);

    if (start < from || last < start || last - from >= frames)
        return false;
    (void)little_put(loop + START_AT, start - from, 4);
    (void)little_put(loop + LAST_AT, last - from, 4);
    return true;
}

void kept_cut(struct kept *kept, unsigned rate, uint64_t from, uint64_t frames)
{
    double tempo = (double)little_f32(kept->acid + TEMPO_AT), beats = tempo * (double)frames / rate / 60;
    uint32_t loops = 0;

    for (uint32_t i = 0; i < kept->loops; i++) {
        uint8_t *at = kept->smpl + KEPT_SMPL + (size_t)loops * KEPT_LOOP;

        memmove(at, kept->smpl + KEPT_SMPL + (size_t)i * KEPT_LOOP, KEPT_LOOP);
        loops += cut_loop(at, from, frames);
    }
    kept->loops = loops;
    if (kept->has_acid && tempo > 0 && beats < 1e6)
        (void)little_put(kept->acid + BEATS_AT, (uint64_t)(beats + 0.5), 4);
}

static void add_chunk(struct buffer *out, const char *id, const void *bytes, size_t len)
{
    uint8_t size[4];

    buffer_add(out, id, 4);
    (void)little_put(size, len, 4);
    buffer_add(out, size, sizeof(size));
    buffer_add(out, bytes, len);
    buffer_add(out, "", len & 1);
}

static uint64_t scale_frame(uint64_t frame, unsigned from, unsigned to)
{
    return (frame * to + from / 2) / from;
}

/* False: the loop does not lie in the copy. The loop includes its last frame. */
static bool scale_loop(uint8_t loop[KEPT_LOOP], unsigned from, unsigned to, uint64_t frames)
{
    uint64_t start = little_u32(loop + START_AT), last = little_u32(loop + LAST_AT);

    if (last < start)
        return false;
    start = scale_frame(start, from, to);
    last = scale_frame(last + 1, from, to);
    if (last > frames && last <= frames + to / from + 1) /* it ended with the sound */
        last = frames;
    if (last <= start || last > frames)
        return false;
    (void)little_put(loop + START_AT, start, 4);
    (void)little_put(loop + LAST_AT, last - 1, 4);
    return true;
}

static void write_smpl(const struct kept *kept, unsigned from, unsigned to, uint64_t frames, struct buffer *out)
{
    uint8_t smpl[sizeof(kept->smpl)];
    uint32_t loops = 0;

    memcpy(smpl, kept->smpl, sizeof(smpl));
    for (uint32_t i = 0; i < kept->loops; i++) {
        uint8_t *at = smpl + KEPT_SMPL + (size_t)loops * KEPT_LOOP;

        memcpy(at, kept->smpl + KEPT_SMPL + (size_t)i * KEPT_LOOP, KEPT_LOOP);
        loops += scale_loop(at, from, to, frames);
    }
    (void)little_put(smpl + PERIOD_AT, (1000000000u + to / 2) / to, 4); /* nanoseconds */
    (void)little_put(smpl + LOOPS_AT, loops, 4);
    (void)little_put(smpl + MORE_AT, 0, 4);
    add_chunk(out, "smpl", smpl, KEPT_SMPL + (size_t)loops * KEPT_LOOP);
}

void kept_write(const struct kept *kept, unsigned from, unsigned to, uint64_t frames, struct buffer *out)
{
    if (kept->has_smpl)
        write_smpl(kept, from, to, frames, out);
    if (kept->has_acid)
        add_chunk(out, "acid", kept->acid, sizeof(kept->acid));
    if (kept->has_inst)
        add_chunk(out, "inst", kept->inst, sizeof(kept->inst));
}
