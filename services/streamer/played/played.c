#include "services/streamer/played/played.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/file.h"
#include "common/process/log.h"

enum { AT_ONCE = 4096 /* as in the schema */, EARLIER_ROLLS = 1 << 15, FILE_MODE = 0600, FILE_MOST = 2 << 20 };
static const int64_t FRAME_MOST = INT64_C(1) << 53; /* 6,000 years */
static const uint32_t LOST_MOST = UINT32_MAX / 2;   /* a larger difference is of other memory */
static const double FARTHEST = 1e12;                /* steps */

struct played_memory *played_open(const struct studio *studio)
{
    struct played_memory *memory = (void *)((uint8_t *)studio_streamer(studio) + PLAYED_AT);

    if (memory->version == PLAYED_VERSION)
        return memory;
    atomic_store(&memory->count, 0);
    memory->version = 0; /* until played_restore */
    return memory;
}

static void append_line(struct played_memory *memory, const struct played_line *line)
{
    const uint64_t count = atomic_load(&memory->count);

    memory->lines[count % PLAYED_LINES] = *line;
    atomic_store(&memory->count, count + 1);
}

/* ---- over the end of the engine ---- */

struct played_head {
    uint32_t version, count;
};

static void file_of(const char *data, char path[PATH_MAX])
{
    (void)snprintf(path, PATH_MAX, "%s/played", data);
}

static bool is_frame(int64_t frame, int64_t most)
{
    return frame >= -most && frame <= most;
}

/* The clock of an engine begins at 0: lines of an earlier one lie before it. Their rolls are none of this one. */
static void restore_line(struct played_memory *memory, struct played_line line, int64_t end, uint32_t roll)
{
    line.frame -= end;
    line.rolls = (uint16_t)(EARLIER_ROLLS | roll % EARLIER_ROLLS);
    append_line(memory, &line);
}

/* Numbers the rolls of all earlier engines again, in their order: those of two engines may have the same number. */
static void restore_each(struct played_memory *memory, const uint8_t *lines, uint32_t count, int64_t end)
{
    struct played_line line;
    uint32_t roll = 0;
    uint16_t before = 0;

    for (uint32_t i = 0; i < count; i++) {
        memcpy(&line, lines + i * sizeof(line), sizeof(line));
        roll += i > 0 && line.rolls != before;
        before = line.rolls;
        if (is_frame(line.frame, FRAME_MOST / 2))
            restore_line(memory, line, end, roll);
    }
}

static void restore_lines(struct played_memory *memory, struct bytes file)
{
    struct played_head head = { 0 };
    struct played_line line;

    if (file.len >= sizeof(head))
        memcpy(&head, file.at, sizeof(head));
    if (head.version != PLAYED_VERSION || head.count == 0 || head.count > PLAYED_LINES ||
        file.len != sizeof(head) + head.count * sizeof(line))
        return;
    memcpy(&line, file.at + file.len - sizeof(line), sizeof(line));
    if (is_frame(line.frame, FRAME_MOST / 2 - 1))
        restore_each(memory, file.at + sizeof(head), head.count, line.frame + 1);
}

void played_restore(struct played_memory *memory, const char *data)
{
    char path[PATH_MAX];
    struct buffer file = { 0 };

    if (memory->version == PLAYED_VERSION)
        return;
    file_of(data, path);
    if (file_read_all(path, FILE_MOST, &file, NULL) == ERR_OK)
        restore_lines(memory, buffer_bytes(&file));
    buffer_free(&file);
    memory->version = PLAYED_VERSION;
}

void played_keep(const struct played_memory *memory, const char *data)
{
    const uint64_t count = atomic_load(&memory->count), kept = count < PLAYED_LINES ? count : PLAYED_LINES;
    const struct played_head head = { PLAYED_VERSION, (uint32_t)kept };
    struct fault fault = { 0 };
    struct buffer file = { 0 };
    char path[PATH_MAX];

    if (kept == 0)
        return;
    file_of(data, path);
    buffer_add(&file, &head, sizeof(head));
    for (uint64_t i = count - kept; i < count; i++)
        buffer_add(&file, &memory->lines[i % PLAYED_LINES], sizeof(*memory->lines));
    if (file_write_soon(path, buffer_bytes(&file), FILE_MODE, &fault) != ERR_OK)
        log_warn("what was played cannot be kept: %s", fault.what);
    buffer_free(&file);
}

/* ---- notes ---- */

/* A dead streamer recorded it. A ring that was damaged counts from 0 again, and has later notes. */
static bool is_recorded(const struct played_memory *memory, uint64_t count, uint32_t number, int64_t frame)
{
    const struct played_line *last = &memory->lines[(count - 1) % PLAYED_LINES];

    return count > 0 && last->note - number < NOTES_CELLS && frame <= last->frame;
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

    if (note->key > 0 || (!is_bar && note->kind != NOTE_PAD_HIT && note->kind != NOTE_PAD_RELEASED) ||
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
           is_frame(line->frame, FRAME_MOST) && line->pad < SCORE_PADS && to->velocity >= 0 && to->velocity <= 1 &&
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
