#include "services/project/pattern/slot_list.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/hash.h"
#include "proto/wire/codec_copy.h"
#include "services/project/pattern/slot_handlers.h"
#include "services/project/pattern/slot_parse.h"
#include "store/pattern/message.h"
#include "store/pattern/pattern_check.h"

enum { COPIES_MOST = 8 * SLOTS_BANK };

/* A line, and what it was made of. */
struct slot_known {
    bool is_known, is_empty;
    uint64_t revision, files_revision;
    struct hash file;
    struct slot_line line;
};

struct slot_lines {
    struct id project;
    uint32_t bank, copies; /* copies: lines in the arena, also replaced ones */
    struct arena arena;
    struct slot_known each[SLOTS_BANK];
};

static void forget_lines(struct slot_lines *lines, struct id project, uint32_t bank)
{
    arena_reset(&lines->arena);
    lines->project = project;
    lines->bank = bank;
    lines->copies = 0;
    memset(lines->each, 0, sizeof(lines->each));
}

static struct slot_lines *lines_of_bank(struct project *p, struct id project, uint32_t bank)
{
    if (!p->lines)
        p->lines = alloc_zeroed(1, sizeof(*p->lines));
    if (!id_equal(p->lines->project, project) || p->lines->bank != bank || p->lines->copies > COPIES_MOST)
        forget_lines(p->lines, project, bank);
    return p->lines;
}

void slot_list_close(struct project *p)
{
    if (p->lines)
        arena_free(&p->lines->arena);
    free(p->lines);
    p->lines = NULL;
}

/* ---- one slot ---- */

static void read_line(struct work *work, const struct slot_place *place, struct slot_line *to)
{
    struct pattern_file *file = arena_alloc(&work->arena, sizeof(*file));
    const struct pattern *pattern = &file->pattern;
    struct fault fault = { 0 };
    char name[SLOT_NAME];
    enum err e;

    slot_name_file(place->row.number, name);
    e = slot_parse(service_in_hand(work->p->service), name, place->content, &work->arena, file, &fault);
    *to = (struct slot_line){ .slot = slot_in_bank(place->row.number), .size = place->content.len };
    if (e != ERR_OK) {
        to->trouble = arena_text(&work->arena, text_of(fault.what));
        return;
    }
    to->name = pattern->metadata.name;
    to->genre = pattern->metadata.genre;
    to->tags = pattern->metadata.tags;
    to->bpm = pattern->sequencer.has_bpm ? pattern->sequencer.bpm : 0;
    to->steps = pattern_steps(pattern);
    to->time = pattern->timestamp;
}

static bool is_same(const struct slot_known *known, const struct slot_known *now)
{
    return known->is_known && known->revision == now->revision && known->files_revision == now->files_revision &&
           memcmp(known->file.b, now->file.b, sizeof(now->file.b)) == 0;
}

/* Keeps what was found in place of what was known. */
static void keep_line(struct slot_lines *lines, const struct slot_known *found, struct slot_known *to)
{
    *to = *found;
    lines->copies++;
    to->is_known = codec_copy(&slot_line_shape, &found->line, &lines->arena, &to->line) == ERR_OK;
}

/* A disk that does not answer hangs the whole list. */
static bool is_unreadable(const struct slot_place *place)
{
    return place->read != ERR_OK && place->read != ERR_NOT_FOUND && place->read != ERR_TIMEOUT;
}

/* A file that could not be read is listed with the reason, and read again by the next list. */
static enum err find_line(struct work *work, struct txn *txn, struct slot_lines *lines, struct slot_place *place,
                          struct slot_known *to, struct fault *fault)
{
    struct slot_known *known = &lines->each[slot_in_bank(place->row.number) - 1];
    struct slot_known now = { .file = hash_of(place->file.at, place->file.len) };
    const bool is_read = place->read == ERR_OK || place->read == ERR_NOT_FOUND;
    enum err e;

    slot_revisions(txn, &work->arena, work->id, place->row.number, &now.revision, &now.files_revision);
    if (is_read && is_same(known, &now)) {
        *to = *known;
        return ERR_OK;
    }
    if (is_unreadable(place)) {
        now.line = (struct slot_line){ .slot = slot_in_bank(place->row.number), .trouble = place->why };
        *to = now;
        return ERR_OK;
    }
    e = slot_job_compare_one(work, txn, place, fault);
    if (e != ERR_OK)
        return e;
    now.is_empty = place->content.len == 0;
    if (!now.is_empty)
        read_line(work, place, &now.line);
    keep_line(lines, &now, known);
    *to = now;
    return ERR_OK;
}

/* ---- list ---- */

static enum err begin_list(struct work *work, struct txn *txn, struct fault *fault)
{
    struct slot_banks banks;
    enum err e = slot_job_begin(work, txn, &banks, fault);

    if (e == ERR_OK)
        slot_job_read_bank(work);
    return e;
}

static bool is_wanted(const struct project_list_patterns *ask, const struct slot_line *line)
{
    bool tagged = ask->tag.len == 0;

    for (uint32_t i = 0; i < line->tags.count; i++)
        tagged = tagged || text_equal(line->tags.at[i], ask->tag);
    return tagged && (ask->genre.len == 0 || text_equal(ask->genre, line->genre));
}

static int newest_first(const void *a, const void *b)
{
    const double x = ((const struct slot_line *)a)->time, y = ((const struct slot_line *)b)->time;

    return (x < y) - (x > y);
}

static enum err list_slots(struct work *work, struct txn *txn, struct slot_line_list *to, struct fault *fault)
{
    struct slot_job *job = slot_job_of(work);
    struct slot_lines *lines = lines_of_bank(work->p, work->id, job->bank_number);
    struct slot_known found;
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < job->count; i++) {
        e = find_line(work, txn, lines, &job->places[i], &found, fault);
        if (e != ERR_OK || found.is_empty || !is_wanted(work->ask, &found.line))
            continue;
        found.line.active = job->active == found.line.slot;
        to->at[to->count++] = found.line;
    }
    return e;
}

static enum err answer_list(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_list_patterns *ask = work->ask;
    struct slot_job *job = slot_job_of(work);
    struct slot_said said = { .slots.at = arena_array(&work->arena, SLOTS_BANK, sizeof(*said.slots.at)) };
    enum err e = list_slots(work, txn, &said.slots, fault);

    if (e != ERR_OK)
        return e;
    if (ask->recent) {
        qsort(said.slots.at, said.slots.count, sizeof(*said.slots.at), newest_first);
        said.slots.count = said.slots.count < ask->recent ? said.slots.count : (uint32_t)ask->recent;
    }
    job->said = message_counted(MESSAGE_LISTED, &work->kept, said.slots.count, job->bank);
    slot_job_answer(work, &said);
    return ERR_OK;
}

const struct handler slot_handler_list = { .explain = slot_job_explain, .before = begin_list, .answer = answer_list };
