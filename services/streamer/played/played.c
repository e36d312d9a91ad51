#include "services/streamer/played/played.h"

#include <math.h>
#include <string.h>

enum { AT_ONCE = 4096 /* as in the schema */ };
static const uint32_t LOST_MOST = UINT32_MAX / 2; /* a larger difference is of other memory */
static const double FARTHEST = 1e12;              /* steps */

struct played_memory *played_open(const struct studio *studio)
{
    struct played_memory *memory = (void *)((uint8_t *)studio_streamer(studio) + PLAYED_AT);

    if (memory->version == PLAYED_VERSION)
        return memory;
    atomic_store(&memory->count, 0);
    memory->version = PLAYED_VERSION;
    return memory;
}

/* A dead streamer recorded it. A ring that was damaged counts from 0 again, and has later notes. */
static bool is_recorded(const struct played_memory *memory, uint64_t count, uint32_t number, int64_t frame)
{
    const struct played_line *last = &memory->lines[(count - 1) % PLAYED_LINES];

    return count > 0 && last->note - number < NOTES_CELLS && frame <= last->frame;
}

static void append_line(struct played_memory *memory, const struct played_line *line)
{
    const uint64_t count = atomic_load(&memory->count);

    memory->lines[count % PLAYED_LINES] = *line;
    atomic_store(&memory->count, count + 1);
}

/* It belongs to the note before, so the note itself is not recorded yet. A fresh core counts from 0 again. */
static void append_lost(struct played_memory *memory, const struct note *note, uint32_t number)
{
    const uint32_t lost = note->lost - atomic_load(&memory->lost);

    if (lost && lost <= LOST_MOST)
        append_line(memory, &(struct played_line){ .frame = note->frame,
                                                   .place = lost,
                                                   .step = note->step,
                                                   .note = number - 1,
                                                   .rolls = (uint16_t)note->rolls,
                                                   .kind = PLAYED_KIND_LOST });
    atomic_store(&memory->lost, note->lost);
}

void played_note(struct played_memory *memory, const struct note *note, uint64_t index)
{
    const uint32_t number = (uint32_t)index + 1;
    const bool is_bar = note->kind == NOTE_BAR;

    if ((!is_bar && note->kind != NOTE_PAD_HIT && note->kind != NOTE_PAD_RELEASED) ||
        is_recorded(memory, atomic_load(&memory->count), number, note->frame))
        return;
    append_lost(memory, note, number);
    append_line(memory, &(struct played_line){
                            .frame = note->frame,
                            .place = note->index,
                            .velocity = note->value,
                            .step = note->step,
                            .note = number,
                            .rolls = (uint16_t)note->rolls,
                            .kind = is_bar                       ? PLAYED_KIND_BAR
                                    : note->kind == NOTE_PAD_HIT ? PLAYED_KIND_HIT
                                                                 : PLAYED_KIND_RELEASE,
                            .pad = (uint8_t)note->voice,
                        });
}

/* False: the memory is damaged. */
static bool describe_line(const struct played_line *line, struct played_event *to)
{
    const bool is_bar = line->kind == PLAYED_KIND_BAR;
    const bool is_lost = line->kind == PLAYED_KIND_LOST;
    const bool has_place = is_bar || (!is_lost && line->place != NOTE_NO_PLACE);
    const double place = is_bar ? (double)line->place * SCORE_BAR : (double)line->place / NOTE_STEP;

    *to = (struct played_event){ .kind = { .value = line->kind },
                                 .frame = line->frame,
                                 .has_pad = !is_bar && !is_lost,
                                 .pad = line->pad,
                                 .has_velocity = line->kind == PLAYED_KIND_HIT,
                                 .velocity = (double)line->velocity,
                                 .has_place = has_place,
                                 .place = has_place ? place : 0,
                                 .step = (double)line->step,
                                 .rolls = line->rolls,
                                 .has_lost = is_lost,
                                 .lost = is_lost ? (uint64_t)line->place : 0 };
    return line->kind <= PLAYED_KIND_LOST && (!is_lost || (to->lost >= 1 && to->lost <= LOST_MOST)) &&
           line->frame >= 0 && line->pad < SCORE_PADS && to->velocity >= 0 && to->velocity <= 1 &&
           fabs(to->place) < FARTHEST && to->step >= 0 && to->step <= 1e6;
}

void played_describe(const struct played_memory *memory, uint64_t from, struct arena *arena, struct played *to)
{
    const uint64_t count = atomic_load(&memory->count), kept = count < PLAYED_LINES ? count : PLAYED_LINES;

    to->first = count - kept;
    to->next = from < to->first ? to->first : from;
    to->events.at = arena_array(arena, AT_ONCE, sizeof(*to->events.at));
    for (; to->next < count && to->events.count < AT_ONCE; to->next++)
        to->events.count += describe_line(&memory->lines[to->next % PLAYED_LINES], &to->events.at[to->events.count]);
    to->more = to->next < count;
}
