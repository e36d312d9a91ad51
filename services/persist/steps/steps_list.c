#include "services/persist/steps/steps_list.h"

#include "common/clock.h"
#include "services/persist/edit/undo_stack.h"
#include "services/persist/steps/step_files.h"
#include "services/persist/steps/step_words.h"
#include "store/catalogue.h"
#include "store/catalogue_path.h"
#include "store/row.h"

static const usec_t reading_us = 2000; /* for one list */
static const struct text gone = TEXT("its items are no longer in the catalogue");

/* Walks from the newest row to the oldest, one step at a time. */
struct steps {
    struct txn *txn;
    struct arena *arena;
    struct id scope;
    struct undo_pointers stack;
    uint64_t at; /* the last row of the next step; 0: none is left */
    usec_t ends;

    /* the current step */
    uint64_t step, first, last; /* its number; the rows that are kept */
    struct undo_step row;       /* the first of these */
};

static enum err begin_steps(struct txn *txn, struct arena *arena, const struct step_range *range, struct steps *s)
{
    *s = (struct steps){ .txn = txn, .arena = arena, .scope = range->scope, .ends = clock_steady() + reading_us };
    enum err e = undo_pointers_read(txn, range->scope, &s->stack);

    s->at = range->before && range->before <= s->stack.top ? range->before - 1 : s->stack.top;
    return e;
}

/* not_found: no further step is kept. */
static enum err next_step(struct steps *s)
{
    enum err e;

    if (s->at == 0)
        return ERR_NOT_FOUND;
    s->last = s->at;
    e = undo_step_ending(s->txn, s->arena, s->scope, s->stack.top, s->last, &s->first, &s->row);
    s->step = e == ERR_OK && s->row.has_first ? s->row.first : s->first;
    s->at = s->first - 1;
    return e;
}

/* Most often the first row's item exists. */
static bool has_any_item(const struct steps *s)
{
    struct undo_step row;

    for (uint64_t at = s->first; at <= s->last; at++)
        if (undo_row(s->txn, s->arena, s->scope, at, &row) == ERR_OK && undo_has_item(s->txn, s->arena, &row))
            return true;
    return false;
}

static bool is_undone(const struct steps *s)
{
    return s->first > s->stack.at || (s->row.has_apart && s->row.apart);
}

static bool is_cut(const struct steps *s, uint32_t count, uint64_t limit)
{
    return count >= limit || clock_steady() > s->ends;
}

enum err steps_list(struct txn *txn, struct arena *arena, const struct step_range *range, struct step_line_list *to)
{
    char room[ID_TEXT_SIZE];
    struct text scope = undo_write_scope(range->scope, room);
    struct steps s;
    enum err e = begin_steps(txn, arena, range, &s);

    to->at = arena_array(arena, range->limit, sizeof(*to->at));
    scope = arena_text(arena, scope);
    if (!to->at)
        return ERR_FULL;
    while (e == ERR_OK && !(to->count && is_cut(&s, to->count, range->limit)) && (e = next_step(&s)) == ERR_OK) {
        struct step_line *line = &to->at[to->count++];
        *line = (struct step_line){ .step = s.step,
                                    .label = step_words(arena, &s.row),
                                    .at = s.row.at,
                                    .scope = scope,
                                    .items = s.last - s.first + 1,
                                    .undone = is_undone(&s),
                                    .why = has_any_item(&s) ? (struct text){ 0 } : gone,
                                    .has_by = s.row.has_by,
                                    .by = s.row.by };
        line->has_wrote = step_files_wrote(&s.row, &line->wrote);
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- moves ---- */

/* Returns the path of the folder. It is empty if the folder was removed from the catalogue, or if its volume is
 * offline. */
static struct bytes find_moved_path(const struct steps *s, const struct move *move)
{
    const struct media media = { .folder = move->folder, .file = move->file };
    struct volume volume;
    struct bytes path = { 0 };

    return catalogue_path(s->txn, s->arena, &media, &path, &volume) == ERR_OK ? path : (struct bytes){ 0 };
}

static struct bytes find_folder_path(const struct steps *s, const struct folder_place *place)
{
    const struct move move = { .folder = place->parent, .file = place->name };
    struct volume volume;

    if (!id_is_zero(place->parent))
        return find_moved_path(s, &move);
    if (catalogue_volume(s->txn, s->arena, place->volume, &volume) != ERR_OK || !volume.online)
        return (struct bytes){ 0 };
    const struct text path =
        arena_printf(s->arena, "%.*s/%.*s", volume.mount.len > 1 ? (int)volume.mount.len : 0,
                     (const char *)volume.mount.at, (int)place->name.len, (const char *)place->name.at);
    return bytes_of(path.at, path.len);
}

static struct move_line describe_folder_move(const struct steps *s)
{
    const struct folder_place *to = &s->row.folder_again;
    struct folder folder;
    const bool is_there = catalogue_folder(s->txn, s->arena, s->row.before.id, &folder) == ERR_OK;

    return (struct move_line){
        .step = s->first,
        .id = s->row.before.id,
        .name = arena_utf8(s->arena, to->name, to->name.len),
        .from = find_folder_path(s, &s->row.folder_back),
        .to = find_folder_path(s, to),
        .at = s->row.at,
        .undone = is_undone(s),
        .why = is_there ? (struct text){ 0 } : TEXT("the folder is no longer in the catalogue"),
        .has_folder = true,
        .folder = true,
    };
}

static struct move_line describe_move(const struct steps *s)
{
    struct move_line line = {
        .step = s->first,
        .id = s->row.before.id,
        .from = find_moved_path(s, &s->row.back),
        .to = find_moved_path(s, &s->row.again),
        .at = s->row.at,
        .undone = is_undone(s),
    };
    struct media media;

    if (catalogue_media(s->txn, s->arena, line.id, &media) == ERR_OK)
        line.name = arena_text(s->arena, media.name);
    else
        line.why = gone;
    return line;
}

enum err steps_list_moves(struct txn *txn, struct arena *arena, const struct step_range *range,
                          struct move_line_list *to)
{
    struct steps s;
    enum err e = begin_steps(txn, arena, range, &s);

    to->at = arena_array(arena, range->limit, sizeof(*to->at));
    if (!to->at)
        return ERR_FULL;
    while (e == ERR_OK && !(to->count && is_cut(&s, to->count, range->limit)) && (e = next_step(&s)) == ERR_OK)
        to->at[to->count++] = s.row.has_folder_again ? describe_folder_move(&s) : describe_move(&s);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}
