#include "services/indexer/scan/scan_moves.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "services/indexer/scan/scan_place.h"
#include "store/availability.h"

enum progress { MOVE_WAITS, MOVE_BEGAN, MOVE_DONE };

struct moves {
    struct scan *scan;
    const struct fresh *fresh;
    struct gone **holders; /* for each newcomer: the item that has its place in the catalogue; NULL: none */
    enum progress *progress;
    size_t *chain; /* newcomers whose moves wait, each for the next one */
};

static struct gone *find_mover(const struct moves *moving, size_t newcomer)
{
    return &moving->scan->gone.at[moving->fresh[newcomer].was];
}

static enum err send_move(const struct moves *moving, size_t i, struct fault *fault)
{
    const struct newcomer *newcomer = &moving->scan->newcomers.at[i];
    struct gone *gone = find_mover(moving, i);
    struct operation move = { .has_move = true, .move = { .id = gone->id, .file = newcomer->entry.name } };
    enum err e = scan_place_folder(moving->scan, newcomer->node, &move.move.folder, fault);

    gone->left = true;
    moving->progress[i] = MOVE_DONE;
    return e == ERR_OK ? scan_writer_add(&moving->scan->writer, &move, NULL, fault) : e;
}

/* No file has such a name. */
static struct bytes write_aside_name(struct scan *scan, const struct gone *gone)
{
    const char *file = (const char *)gone->file.at, *dot = strrchr(file, '.');
    const size_t end = dot && dot > file ? (size_t)(dot - file) : gone->file.len;
    char id[ID_TEXT_SIZE], name[NAME_MAX + 1];

    id_write(gone->id, id);
    if (snprintf(name, sizeof(name), "%.*s (replaced %s)%s", (int)end, file, id, file + end) >= (int)sizeof(name))
        snprintf(name, sizeof(name), "replaced %s", id);
    return arena_bytes(&scan->gone.names, bytes_of(name, strlen(name)));
}

/* Another item gets the place. This one gets a place of its own until it moves, or is missing there. */
static enum err set_aside(struct scan *scan, struct gone *gone, struct fault *fault)
{
    const struct bytes aside = write_aside_name(scan, gone);
    struct operation move = { .has_move = true, .move = { .id = gone->id, .folder = gone->folder, .file = aside } };

    gone->left = true;
    if (!gone->moved) {
        gone->file = aside;
        gone->taken_by = 0;
    }
    return scan_writer_add(&scan->writer, &move, NULL, fault);
}

/* The scan of another library may have moved the item since this scan compared its folder (scan_exchange.c). */
static bool has_moved_meanwhile(struct scan *scan, struct gone *gone)
{
    struct media media;

    if (catalogue_reader_media(scan->catalogue, &scan->folder, gone->id, &media) != ERR_OK ||
        (id_equal(media.folder, gone->folder) && bytes_equal(media.file, gone->file)))
        return false;
    gone->left = gone->moved = true;
    gone->taken_by = 0;
    return true;
}

/* Sends the move to newcomer `i`, after those of the items that hold a place on its way. */
static enum err move_chain(const struct moves *moving, size_t i, struct fault *fault)
{
    size_t length = 0;
    enum err e = ERR_OK;

    for (;;) {
        moving->chain[length++] = i;
        moving->progress[i] = MOVE_BEGAN;
        struct gone *holder = moving->holders[i];
        if (!holder || holder->left)
            break;
        if (!holder->moved || moving->progress[holder->to] != MOVE_WAITS) {
            e = has_moved_meanwhile(moving->scan, holder) ? ERR_OK : set_aside(moving->scan, holder, fault);
            break;
        }
        i = holder->to;
    }
    while (e == ERR_OK && length > 0)
        e = send_move(moving, moving->chain[--length], fault);
    return e;
}

static enum err move_all(const struct moves *moving, struct fault *fault)
{
    enum err e = ERR_OK;

    for (size_t g = 0; g < moving->scan->gone.count; g++) {
        struct gone *gone = &moving->scan->gone.at[g];
        if (gone->taken_by && gone->taken_by <= moving->scan->newcomers.count)
            moving->holders[gone->taken_by - 1] = gone;
    }
    for (size_t i = 0; e == ERR_OK && i < moving->scan->newcomers.count; i++)
        if (moving->fresh[i].was >= 0 && moving->progress[i] == MOVE_WAITS)
            e = move_chain(moving, i, fault);
    return e == ERR_OK ? scan_writer_flush(&moving->scan->writer, fault) : e; /* for the scans of other libraries */
}

enum err scan_moves_send(struct scan *scan, const struct fresh *fresh, struct fault *fault)
{
    const size_t count = scan->newcomers.count;
    struct moves moving = { .scan = scan, .fresh = fresh };

    if (!limits_leave(count * (sizeof(*moving.holders) + sizeof(*moving.progress) + sizeof(*moving.chain))))
        return limits_refuse(fault, "the moved files");
    moving.holders = alloc_zeroed(count, sizeof(struct gone *));
    moving.progress = alloc_zeroed(count, sizeof(*moving.progress));
    moving.chain = alloc_zeroed(count, sizeof(*moving.chain));
    enum err e = move_all(&moving, fault);
    free(moving.holders);
    free(moving.progress);
    free(moving.chain);
    return e;
}

/* ---- copies ---- */

enum { COPIES_MOST = 64 }; /* items of one content that are considered */

/* By a person. Nothing of another item need follow its file. */
static bool is_touched(const struct media *media)
{
    return media->tags.count || media->notes.len || media->favourite || media->hidden;
}

struct copy_wanted {
    const struct media *gone;
    const struct id_table *taken;
};

static bool is_untouched_copy(const void *state, const struct media *media)
{
    const struct copy_wanted *wanted = state;
    const struct media *gone = wanted->gone;

    return id_compare(gone->id, media->id) < 0 && bytes_equal(gone->file, media->file) &&
           availability_kept((enum item_state)media->availability.value) == ITEM_STATE_LOCAL &&
           media->lifecycle.value == LIFECYCLE_FINAL && !media->has_forgotten && !is_touched(media) &&
           !id_table_has(wanted->taken, media->id);
}

enum err scan_moves_to_copy(struct scan *scan, struct gone *gone, struct fault *fault)
{
    struct media was, copy;
    const struct copy_wanted wanted = { &was, &scan->copies };

    if (catalogue_reader_media(scan->catalogue, &scan->folder, gone->id, &was) != ERR_OK || was.content.len == 0 ||
        !is_touched(&was) || was.lifecycle.value != LIFECYCLE_FINAL ||
        catalogue_reader_find_alike(scan->catalogue, &scan->folder, was.content, COPIES_MOST, is_untouched_copy,
                                    &wanted, &copy) != ERR_OK)
        return ERR_OK;
    gone->moved = true;
    id_table_add(&scan->copies, copy.id);
    const struct operation move = { .has_move = true,
                                    .move = { .id = gone->id, .folder = copy.folder, .file = copy.file } };
    return scan_writer_add(&scan->writer, &move, NULL, fault);
}
