/* map.c: the map of the library in two or three dimensions: as points, as a picture, as a list of classes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "frontends/cli/base/picture.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/find/find_commands.h"

enum { POLL_US = 200000, SIDE = 1600, MARGIN = 40, CLASSES = 128 };
enum { LEGEND = 420, LEGEND_ROW = 30, LEGEND_SCALE = 3, LEGEND_LETTERS = 20 }; /* beside the map */

#define BACKGROUND 0x14161A
#define UNKNOWN    0x7A7F87
#define WORDS      0xD7DAE0

struct point {
    struct id id;
    double at[3];
    uint32_t class; /* index in `classes` */
    bool is_missing;
};

struct class
{
    struct text name;
    uint64_t count;
    uint32_t color;
};

struct drawing {
    struct cli *cli;
    struct buffer points; /* of struct point */
    struct class classes[CLASSES];
    uint32_t class_count;
    uint64_t missing; /* points of missing files */
};

/* ---- the points ---- */

/* The last class takes the points of all classes that do not fit. */
static uint32_t class_number(struct drawing *d, struct text name)
{
    uint32_t i = 0;

    while (i < d->class_count && !text_equal(d->classes[i].name, name))
        i++;
    if (i == CLASSES)
        return CLASSES - 1;
    if (i == d->class_count)
        d->classes[d->class_count++].name = arena_text(&d->cli->arena, name);
    return i;
}

static void take_page(struct drawing *d, const struct map_page *page)
{
    for (uint32_t i = 0; i < page->points.count; i++) {
        const struct map_item *item = &page->points.at[i];
        struct point point = { item->id, { item->x, item->y, item->z }, class_number(d, item->class), item->missing };
        d->missing += item->missing;

        d->classes[point.class].count++;
        buffer_add(&d->points, &point, sizeof(point));
    }
}

static void show_progress(const struct map_page *page)
{
    struct buffer line = { 0 };

    cli_print(&line, "drawing the map: %llu of %llu steps", (unsigned long long)page->done,
              (unsigned long long)page->steps);
    cli_status_line(true, &line);
    buffer_free(&line);
}

/* Returns the first page, once the map is complete. */
static enum err wait_for_map(struct cli *cli, struct search_map *ask, struct map_page *page, struct fault *fault)
{
    enum err e = cli_ask(cli, "search.map", ask, page, fault);

    ask->remake = false;
    while (e == ERR_OK && page->state.value == MAP_STATE_MAKING) {
        show_progress(page);
        clock_sleep(POLL_US);
        *page = (struct map_page){ 0 };
        e = cli_ask(cli, "search.map", ask, page, fault);
    }
    cli_status_line(true, NULL);
    return e;
}

static enum err take_pages(struct drawing *d, struct search_map *ask, struct map_page *first, struct fault *fault)
{
    struct map_page page = { 0 };
    enum err e = wait_for_map(d->cli, ask, &page, fault);

    *first = page;
    while (e == ERR_OK) {
        take_page(d, &page);
        if (page.cursor.len == 0)
            break;
        ask->cursor = arena_text(&d->cli->arena, page.cursor);
        page = (struct map_page){ 0 };
        e = cli_ask(d->cli, "search.map", ask, &page, fault);
    }
    return e;
}

/* ---- colours: equally distant hues, one for each class ---- */

static uint32_t color_of_hue(double hue)
{
    uint32_t color = 0;

    for (int i = 0; i < 3; i++) {
        double along = fabs(fmod(hue * 6 + 4 * i, 6) - 3) - 1;
        color = color << 8 | (uint32_t)lround(70 + 185 * fmin(fmax(along, 0), 1));
    }
    return color;
}

static int by_class_name(const void *a, const void *b)
{
    const struct class *const *x = a, *const *y = b;

    return text_compare((*x)->name, (*y)->name);
}

static void color_classes(struct drawing *d, struct class **sorted)
{
    for (uint32_t i = 0; i < d->class_count; i++)
        sorted[i] = &d->classes[i];
    qsort(sorted, d->class_count, sizeof(*sorted), by_class_name);
    for (uint32_t i = 0; i < d->class_count; i++)
        sorted[i]->color = sorted[i]->name.len ? color_of_hue((double)i / d->class_count) : UNKNOWN;
}

/* ---- the picture ---- */

struct frame {
    double center[2], scale;
};

static struct frame frame_points(const struct point *points, size_t count)
{
    double low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };
    struct frame frame;

    for (size_t i = 0; i < count; i++)
        for (int d = 0; d < 2; d++) {
            low[d] = fmin(low[d], points[i].at[d]);
            high[d] = fmax(high[d], points[i].at[d]);
        }
    for (int d = 0; d < 2; d++)
        frame.center[d] = (low[d] + high[d]) / 2;
    frame.scale = (SIDE - 2 * MARGIN) / fmax(fmax(high[0] - low[0], high[1] - low[1]), 1e-9);
    return frame;
}

/* Draws "snare 36" beside its colour, from the top down; the last row counts all classes that do not fit. */
static void draw_legend(const struct drawing *d, struct class *const *sorted, struct picture *picture)
{
    const uint32_t rows = (SIDE - 2 * MARGIN) / LEGEND_ROW;

    for (uint32_t i = 0; i < d->class_count && i < rows; i++) {
        uint32_t y = MARGIN + i * LEGEND_ROW;
        struct text name = sorted[i]->name.len ? sorted[i]->name : TEXT("(none)");
        struct buffer words = { 0 };

        if (i + 1 == rows && d->class_count > rows) {
            cli_print(&words, "and %u more", d->class_count - i);
        } else {
            picture_dot(picture, SIDE + MARGIN / 2, y + LEGEND_ROW / 3.0, 8, sorted[i]->color, 1);
            cli_print(&words, "%.*s %llu", name.len < LEGEND_LETTERS - 7 ? (int)name.len : LEGEND_LETTERS - 7, name.at,
                      (unsigned long long)sorted[i]->count);
        }
        picture_text(picture, SIDE + MARGIN, y, LEGEND_SCALE, WORDS, buffer_c(&words));
        buffer_free(&words);
    }
}

static enum err draw_map(const struct drawing *d, struct class *const *sorted, const char *path, struct fault *fault)
{
    const struct point *points = (const struct point *)(const void *)d->points.at;
    size_t count = d->points.len / sizeof(*points);
    struct frame frame = frame_points(points, count);
    double radius = fmin(fmax(160 / sqrt((double)count + 1), 1), 5);
    struct picture picture;
    enum err e;

    picture_open(&picture, SIDE + LEGEND, SIDE, BACKGROUND);
    for (size_t i = 0; i < count; i++)
        picture_dot(&picture, SIDE / 2.0 + (points[i].at[0] - frame.center[0]) * frame.scale,
                    SIDE / 2.0 - (points[i].at[1] - frame.center[1]) * frame.scale, radius,
                    d->classes[points[i].class].color, 0.85);
    draw_legend(d, sorted, &picture);
    e = picture_write(&picture, path, fault);
    picture_close(&picture);
    return e;
}

/* ---- text ---- */

static void print_legend(struct drawing *d, struct class **sorted)
{
    for (uint32_t i = 0; i < d->class_count; i++) {
        const struct class *class = sorted[i];
        struct text name = class->name.len ? class->name : TEXT("(none)");

        cli_dot(d->cli, class->color);
        cli_print(&d->cli->out, "#%06x  %-20.*s %8llu\n", class->color, TEXT_ARG(name),
                  (unsigned long long)class->count);
    }
}

static void print_points(struct drawing *d)
{
    const struct point *points = (const struct point *)(const void *)d->points.at;

    for (size_t i = 0; i < d->points.len / sizeof(*points); i++) {
        struct map_item item = { .id = points[i].id,
                                 .x = points[i].at[0],
                                 .y = points[i].at[1],
                                 .z = points[i].at[2],
                                 .class = d->classes[points[i].class].name,
                                 .missing = points[i].is_missing };

        cli_json(d->cli, &map_item_shape, &item);
        cli_flush(d->cli);
    }
}

static void print_summary(struct drawing *d, const struct map_page *page)
{
    struct buffer *out = &d->cli->out;

    cli_print(out, "%llu item%s", (unsigned long long)page->total, text_plural(page->total));
    if (d->missing)
        cli_print(out, ", %llu of them missing", (unsigned long long)d->missing);
    if (page->has_trust)
        cli_print(out, ", trustworthiness %.3f", page->trust);
    cli_print(out, ", seed %llu", (unsigned long long)page->seed);
    if (d->cli->options.png)
        cli_print(out, ", drawn in %s", d->cli->options.png);
    buffer_add_text(out, "\n");
}

/* The seed of a map that is there cannot be chosen. */
static enum err check_seed(const struct cli *cli, const struct map_page *page, struct fault *fault)
{
    if (cli->options.seed < 0 || (uint64_t)cli->options.seed == page->seed)
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "the map was made with seed %llu", (unsigned long long)page->seed);
    return fault_hint(fault, "--remake --seed %lld makes it again", (long long)cli->options.seed);
}

enum err map_run(struct cli *cli, struct fault *fault)
{
    struct drawing d = { .cli = cli };
    struct class *sorted[CLASSES];
    struct map_page page = { 0 };
    struct search_map ask = { .dimensions = cli->options.room ? 3 : 2,
                              .query = cli_words(cli),
                              .remake = cli->options.remake,
                              .seed = cli->options.seed < 0 ? 1 : (uint64_t)cli->options.seed };
    enum err e = take_pages(&d, &ask, &page, fault);

    if (e == ERR_OK)
        e = check_seed(cli, &page, fault);
    if (e == ERR_OK && page.total == 0 && ask.query.len > 0)
        e = fault_set(fault, ERR_NOT_FOUND, "nothing matches \"%.*s\"", TEXT_ARG(ask.query));
    if (e == ERR_OK) {
        color_classes(&d, sorted);
        e = cli->options.png ? draw_map(&d, sorted, cli->options.png, fault) : ERR_OK;
    }
    if (e == ERR_OK && cli->options.json)
        print_points(&d);
    else if (e == ERR_OK) {
        print_legend(&d, sorted);
        print_summary(&d, &page);
    }
    buffer_free(&d.points);
    return e;
}
