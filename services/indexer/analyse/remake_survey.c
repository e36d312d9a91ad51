#include "services/indexer/analyse/remake_survey.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/priority.h"

enum { ROWS = 500, CONTENTS_MAX = 200000, PATIENCE_US = 60000000 };

struct survey_look {
    struct errand errand;
    struct remake_survey_order order;
    struct id *again, *contents;
    uint32_t count, room;
    bool cut;
    enum err e;
};

static enum err keep_content(struct survey_look *look, const uint8_t content[16])
{
    struct id id;

    memcpy(id.b, content, sizeof(id.b));
    if (look->count && id_equal(look->contents[look->count - 1], id))
        return ERR_OK;
    ALLOC_ROOM(look->contents, look->count, look->room, 64);
    look->contents[look->count++] = id;
    return ERR_OK;
}

static bool is_row_whole(const struct survey_look *look, const struct survey_row *row, struct arena *arena)
{
    bool again =
        look->again && bsearch(row->content, look->again, look->order.again_count, sizeof(struct id), id_order);

    return survey_is_whole(look->order.paths, arena, row, again ? 0 : look->order.read_from);
}

static enum err look_at(struct survey_look *look, const struct survey_rows *rows, struct arena *arena)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < rows->count && errand_goes_on(&look->errand); i++) {
        if (is_row_whole(look, &rows->at[i], arena))
            continue;
        look->cut = look->count == CONTENTS_MAX;
        if (look->cut)
            break;
        e = keep_content(look, rows->at[i].content);
    }
    return e;
}

static void run_survey(struct errand *errand)
{
    struct survey_look *look = (struct survey_look *)errand;
    struct key at = { .len = 0 };
    struct arena arena = { 0 };
    struct survey_rows rows;
    bool more = true;

    priority_background(0); /* only this thread */
    while (look->e == ERR_OK && more && !look->cut && errand_goes_on(errand)) {
        look->e = catalogue_reader_artefacts(look->order.catalogue, &arena, &at, ROWS, &rows, &more);
        if (look->e == ERR_OK)
            look->e = look_at(look, &rows, &arena);
        arena_reset(&arena);
    }
    if (more && !look->cut && look->e == ERR_OK)
        look->e = ERR_TIMEOUT; /* the errand must end */
    arena_free(&arena);
}

static void end_survey(struct errand *errand, bool lost)
{
    struct survey_look *look = (struct survey_look *)errand;
    struct id *contents = lost ? NULL : look->contents;

    if (!lost)
        look->contents = NULL;
    look->order.surveyed(look->order.state, contents, lost ? 0 : look->count, !lost && look->cut,
                         lost ? ERR_IO : look->e);
}

static void free_look(struct errand *errand)
{
    struct survey_look *look = (struct survey_look *)errand;

    free(look->again);
    free(look->contents);
    free(look);
}

static void copy_again(struct survey_look *look, const struct remake_survey_order *order)
{
    size_t bytes = order->again_count * sizeof(*look->again);

    if (bytes == 0)
        return;
    look->again = alloc_bytes(bytes);
    memcpy(look->again, order->again, bytes);
}

void remake_survey_start(struct errands *errands, const struct remake_survey_order *order)
{
    struct survey_look *look = alloc_zeroed(1, sizeof(*look));

    copy_again(look, order);
    look->errand = (struct errand){ .run = run_survey, .done = end_survey, .drop = free_look, .patience = PATIENCE_US };
    look->order = *order;
    errand_start(errands, &look->errand);
}
