#include "services/search/search_map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/process/limits.h"
#include "proto/wire/base64.h"
#include "services/search/map/map.h"
#include "services/search/query/facets.h"
#include "services/search/search_page.h"

enum { PAGE = 4096, PLACE_US = 20000 };

/* What the points are coloured by, beside their class. */
struct colouring {
    enum term_field field;         /* TERM_ALL: none */
    const struct numbers *numbers; /* NULL: none */
};

/* The value of a field from the analysis or a person, as shown; the first of several. */
static struct text term_word(struct index *index, uint32_t row, enum term_field field)
{
    struct index_list terms = index_terms_of(index, row);

    for (uint32_t i = 0; i < terms.count; i++)
        if (terms_key(&index->terms, terms.at[i]).at[0] == (char)field)
            return terms_value(&index->terms, terms.at[i]);
    return (struct text){ 0 };
}

static bool is_missing(struct index *index, uint32_t row)
{
    struct index_list terms = index_terms_of(index, row);

    for (uint32_t i = 0; i < terms.count; i++)
        if (terms_key(&index->terms, terms.at[i]).at[0] == TERM_IS &&
            text_is(terms_value(&index->terms, terms.at[i]), "missing"))
            return true;
    return false;
}

/* A cursor in base 64: the last point of a page. */
struct last_point {
    struct id id;
    uint32_t row;
    uint32_t clears; /* of the index; the low bits */
};

/* Rows keep their order, so items that come or go, the last one too, hide no others. Only an index that was made again
 * may have the last one in another row. */
static uint32_t row_after(const struct index *index, const struct last_point *last)
{
    uint32_t row;
    bool is_found = last->clears != (uint32_t)index->clears && index_find(index, last->id, &row);

    return (is_found ? row : last->row) + 1;
}

static enum err first_row(struct request *request, struct text cursor, uint32_t *first)
{
    struct last_point last;
    struct bytes bytes;

    *first = 0;
    if (cursor.len == 0)
        return ERR_OK;
    if (!base64_read(cursor, request->arena, &bytes) || bytes.len != sizeof(last)) {
        fault_set(request->fault, ERR_BAD_REQUEST, "the cursor \"%.*s\" is not one of the map", TEXT_ARG(cursor));
        fault_field(request->fault, "cursor");
        return fault_hint(request->fault, "ask without a cursor for the first page");
    }
    memcpy(&last, bytes.at, sizeof(last));
    *first = row_after(&request->search->index, &last);
    return ERR_OK;
}

static void colour_point(struct index *index, uint32_t row, const struct colouring *by, struct map_item *point)
{
    double number = by->numbers ? index_number(by->numbers, row) : (double)NAN;

    point->has_number = !isnan(number);
    point->number = point->has_number ? number : 0;
    if (by->field != TERM_ALL)
        point->word = term_word(index, row, by->field);
    point->has_word = point->word.len > 0;
}

static void put_point(struct request *request, uint32_t row, const struct map_place *place, const struct colouring *by,
                      struct map_page *page)
{
    struct index *index = &request->search->index;
    struct map_item *point = &page->points.at[page->points.count++];

    *point = (struct map_item){ .id = index_id(index, row),
                                .x = (double)place->at[0],
                                .y = (double)place->at[1],
                                .z = (double)place->at[2],
                                .class = term_word(index, row, TERM_CLASS),
                                .missing = is_missing(index, row) };
    colour_point(index, row, by, point);
}

static enum err read_colour(struct request *request, const struct search_map *ask, struct colouring *to)
{
    *to = (struct colouring){ .field = TERM_ALL };
    if (!ask->has_colour || ask->colour.len == 0)
        return ERR_OK;
    to->field = facets_field(ask->colour);
    to->numbers = to->field == TERM_ALL ? index_numbers(&request->search->index, ask->colour) : NULL;
    if (to->numbers || to->field != TERM_ALL)
        return ERR_OK;
    fault_set(request->fault, ERR_NOT_FOUND, "no item has the fact \"%.*s\"", TEXT_ARG(ask->colour));
    fault_hint(request->fault, "a numeric fact such as bpm or lufs, or a field such as key or pack");
    return fault_field(request->fault, "colour");
}

static void end_page(struct request *request, struct map_page *page)
{
    const struct index *index = &request->search->index;
    struct last_point last = { .id = page->points.at[page->points.count - 1].id, .clears = (uint32_t)index->clears };
    struct buffer encoded = { 0 };

    index_find(index, last.id, &last.row);
    base64_write(&encoded, bytes_of(&last, sizeof(last)));
    page->cursor = arena_take(request->arena, &encoded);
}

/* The points become ids, in one piece. */
static enum err put_ids(struct request *request, struct map_page *page)
{
    const uint32_t size = page->points.count * (uint32_t)sizeof(struct id);
    uint8_t *ids = arena_alloc(request->arena, size + 1);

    if (!ids)
        return limits_refuse(request->fault, "the page");
    for (uint32_t i = 0; i < page->points.count; i++)
        memcpy(ids + i * sizeof(struct id), &page->points.at[i].id, sizeof(struct id));
    page->has_ids = true;
    page->ids = (struct bytes){ .len = size, .at = ids };
    page->points.count = 0;
    return ERR_OK;
}

static enum err put_page(struct request *request, const struct map *map, const struct search_map *ask,
                         const uint32_t *rows, uint32_t count, struct map_page *page)
{
    uint32_t limit = ask->limit ? (uint32_t)ask->limit : PAGE, first;
    struct colouring by;
    enum err e = first_row(request, ask->cursor, &first);

    page->points.at = arena_array(request->arena, limit, sizeof(*page->points.at));
    if (e == ERR_OK && !page->points.at)
        e = limits_refuse(request->fault, "the page");
    if (e == ERR_OK)
        e = read_colour(request, ask, &by);
    for (uint32_t i = 0; i < count && e == ERR_OK; i++) {
        const struct map_place *place = map_place_of(map, &request->search->index, rows[i]);

        if (!place)
            continue;
        page->total++;
        if (rows[i] < first)
            continue;
        if (page->points.count < limit)
            put_point(request, rows[i], place, &by, page);
        else if (page->cursor.len == 0)
            end_page(request, page);
    }
    return e == ERR_OK && ask->has_ids && ask->ids ? put_ids(request, page) : e;
}

static enum err fill_page(struct request *request, struct map *map, const struct search_map *ask, struct map_page *page)
{
    struct node *root;
    struct bitmap *found = NULL;
    uint32_t count = 0, *rows = NULL;
    enum err e = search_rows(request, ask->query, &root, &found);

    if (e == ERR_OK)
        rows = bitmap_array(found, &count);
    map_place_rest(map, &request->search->index, clock_steady() + PLACE_US);
    if (e == ERR_OK)
        e = put_page(request, map, ask, rows, count, page);
    page->seed = map_seed(map);
    page->has_trust = !isnan(map_trust(map));
    page->trust = page->has_trust ? map_trust(map) : 0;
    free(rows);
    bitmap_free(found);
    return e;
}

/* Few searches are for maps, so a map is opened by its first ask. */
static struct map *open_map(struct search *search, uint64_t dimensions)
{
    struct map **at = &search->maps[dimensions - SEARCH_MAPS_FROM];

    if (!*at)
        *at = map_open(service_paths(search->service)->cache, (uint32_t)dimensions);
    return *at;
}

enum err search_map(struct request *request, const void *of, void *answer)
{
    const struct search_map *ask = of;
    struct map_page *page = answer;
    struct index *index = &request->search->index;
    struct map *map = open_map(request->search, ask->dimensions);
    enum map_stage stage = map_look(map, index);
    uint32_t done, steps;
    enum err e = ERR_OK;

    if (stage == MAP_MADE && !map_has_items(map, index))
        stage = MAP_NONE;
    if ((stage == MAP_NONE || ask->remake) && id_is_zero(map_task(map)))
        e = map_make(map, index, ask->seed, request->fault);
    if (e != ERR_OK)
        return e;
    map_progress(map, &done, &steps);
    page->done = done;
    page->steps = steps;
    page->state.value = id_is_zero(map_task(map)) ? MAP_STATE_MADE : MAP_STATE_MAKING;
    return stage == MAP_MADE ? fill_page(request, map, ask, page) : ERR_OK;
}

/* ---- as tasks ---- */

static struct task task_of(const struct map *map, uint32_t dimensions)
{
    uint32_t done, total;

    map_progress(map, &done, &total);
    return (struct task){ .id = map_task(map),
                          .label =
                              dimensions == 2 ? TEXT("Drawing the map") : TEXT("Drawing the map in three dimensions"),
                          .done = done,
                          .total = total,
                          .can_cancel = true };
}

void search_map_list_tasks(struct search *search, struct arena *arena, struct service_status *to)
{
    struct task *tasks = arena_array(arena, to->tasks.count + SEARCH_MAPS, sizeof(*tasks));

    if (!tasks)
        return;
    for (uint32_t i = 0; i < to->tasks.count; i++)
        tasks[i] = to->tasks.at[i];
    to->tasks.at = tasks;
    for (uint32_t i = 0; i < SEARCH_MAPS; i++) {
        struct map *map = search->maps[i];

        if (map)
            map_look(map, &search->index);
        if (map && !id_is_zero(map_task(map)))
            tasks[to->tasks.count++] = task_of(map, i + SEARCH_MAPS_FROM);
    }
}

enum err search_map_cancel(void *state, struct id task, struct fault *fault)
{
    struct search *search = state;

    (void)fault;
    for (uint32_t i = 0; i < SEARCH_MAPS; i++) {
        if (search->maps[i] && !id_is_zero(task) && id_equal(map_task(search->maps[i]), task)) {
            map_stop(search->maps[i]);
            return ERR_OK;
        }
    }
    return ERR_NOT_FOUND;
}

void search_map_close(struct search *search)
{
    for (uint32_t i = 0; i < SEARCH_MAPS; i++)
        map_close(search->maps[i]);
}
