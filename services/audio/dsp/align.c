#include "services/audio/dsp/align.h"

enum { MASK = ALIGN_LINE - 1 };
_Static_assert((ALIGN_LINE & MASK) == 0, "a power of two");

static uint16_t limit_frames(uint32_t frames)
{
    return (uint16_t)number_least(frames, ALIGN_LONGEST);
}

static void begin_fade(struct align *align, uint16_t to, uint32_t fade)
{
    align->from = align->to;
    align->to = to;
    align->left = align->span = limit_frames(fade);
}

void align_to(struct align *align, uint32_t frames)
{
    if (align_is_idle(align))
        align->written = 0;
    align->wanted = limit_frames(frames);
}

void align_forget(struct align *align, uint32_t fade)
{
    if (align_is_idle(align))
        return;
    if (align->left == 0 || align->to > 0)
        begin_fade(align, 0, fade);
    align->forgets = 1;
}

/* Begins a cross-fade that is due. Returns the frames, at most `frames`, until the next change. */
static uint32_t begin_part(struct align *align, uint32_t fade, uint32_t frames)
{
    if (align->left == 0 && align->wanted != align->to && align->written >= align->wanted)
        begin_fade(align, align->wanted, fade);
    if (align->left > 0)
        return number_least(frames, align->left);
    return align->wanted == align->to ? frames : number_least(frames, (uint32_t)(align->wanted - align->written));
}

/* What enters while a delayed sound is forgotten is the end of what was silenced: it is not heard later. */
static void delay_side(const struct align *align, float *line, float *x, uint32_t frames)
{
    const bool mutes = align->forgets && align->from > 0;

    for (uint32_t i = 0; i < frames; i++)
        line[(align->position + i) & MASK] = mutes ? 0 : x[i];
    for (uint32_t i = 0; i < frames; i++) {
        uint32_t at = align->position + i;
        float to = number_sane(line[(at - align->to) & MASK]);
        float from = align->left ? number_sane(line[(at - align->from) & MASK]) : to;
        float share = align->left ? (float)(align->left - 1 - i) / (float)align->span : 0;
        x[i] = share > 0 ? to + (from - to) * share : to;
    }
}

/* Silences the last frames of the line. */
static void clear_last(const struct align *align, float *lines, uint32_t frames)
{
    for (uint32_t i = 1; i <= frames; i++)
        lines[(align->position - i) & MASK] = lines[ALIGN_LINE + ((align->position - i) & MASK)] = 0;
}

/* The delay returns at once, over silence. */
static void end_forgetting(struct align *align, float *lines)
{
    clear_last(align, lines, align->wanted);
    align->from = align->to = align->written = align->wanted;
    align->forgets = 0;
}

/* The frames of a cross-fade to no delay are not heard again. */
static void end_part(struct align *align, float *lines, uint32_t frames)
{
    const bool ends = align->left > 0 && align->to == 0;

    align->position += frames;
    align->written = ends ? 0 : limit_frames(align->written + frames);
    align->left = (uint16_t)(align->left - number_least(align->left, frames));
    if (align->forgets && align->left == 0)
        end_forgetting(align, lines);
}

void align_run(struct align *align, float *lines, uint32_t fade, float *left, float *right, uint32_t frames)
{
    for (uint32_t done = 0, n; done < frames && !align_is_idle(align); done += n) {
        n = begin_part(align, fade, frames - done);
        delay_side(align, lines, left + done, n);
        delay_side(align, lines + ALIGN_LINE, right + done, n);
        end_part(align, lines, n);
    }
}

void align_skip(struct align *align, float *lines, uint64_t frames)
{
    const uint32_t silent = frames < ALIGN_LONGEST ? (uint32_t)frames : ALIGN_LONGEST;

    if (align_is_idle(align))
        return;
    align->position += (uint32_t)frames;
    clear_last(align, lines, silent);
    align->written = limit_frames(align->written + silent);
}

void align_repair(struct align *align)
{
    align->written = limit_frames(align->written);
    align->wanted = limit_frames(align->wanted);
    align->from = limit_frames(align->from);
    align->to = limit_frames(align->to);
    align->left = align->left < align->span ? align->left : align->span;
}
