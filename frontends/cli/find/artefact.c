/* artefact.c: an artefact as numbers or as a picture. Its records: schemas/artefact.schema. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/little.h"
#include "frontends/cli/base/item_line.h"
#include "frontends/cli/base/named.h"
#include "frontends/cli/base/picture.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/find/find_commands.h"
#include "proto/wire/codec.h"
#include "schema_artefact.h"
#include "schema_cli.h"

enum { WIDTH = 1600, HEIGHT = 400, NO_NONE = 128 /* no i8 has this value */ };

#define BACKGROUND 0x14161A
#define OUTER      0x3E7CB1
#define INNER      0x9CC9EE

struct view {
    double seconds; /* of the item; scales times in the picture */
    struct cli *cli;
    struct arena *arena;     /* of the record and of its line */
    struct picture *picture; /* NULL: as JSON */
    struct text type;        /* of the artefact, as its version */
    uint64_t version;
};

/* ---- lists of numbers ---- */

/* JSON has six digits; a picture has all. */
static double round_number(const struct view *v, double number)
{
    char digits[32];

    if (v->picture)
        return number;
    snprintf(digits, sizeof digits, "%.6g", number);
    return strtod(digits, NULL);
}

static struct real_list make_list(struct view *v, uint32_t count)
{
    return (struct real_list){ count, arena_array(v->arena, count, sizeof(double)) };
}

/* A value that equals `none` becomes NaN, which JSON shows as null. */
static struct real_list list_i8(struct view *v, struct bytes from, double scale, int none)
{
    struct real_list list = make_list(v, from.len);

    for (uint32_t i = 0; i < from.len; i++)
        list.at[i] = (int8_t)from.at[i] == none ? (double)NAN : round_number(v, (int8_t)from.at[i] * scale);
    return list;
}

static struct real_list list_u8(struct view *v, struct bytes from, double scale)
{
    struct real_list list = make_list(v, from.len);

    for (uint32_t i = 0; i < from.len; i++)
        list.at[i] = round_number(v, from.at[i] * scale);
    return list;
}

static struct real_list list_f32(struct view *v, struct bytes from)
{
    struct real_list list = make_list(v, from.len / 4);

    for (uint32_t i = 0; i < list.count; i++)
        list.at[i] = round_number(v, (double)little_f32(from.at + 4 * (size_t)i));
    return list;
}

static struct real_list list_f64(struct view *v, struct real_list from)
{
    struct real_list list = make_list(v, from.count);

    for (uint32_t i = 0; i < list.count; i++)
        list.at[i] = round_number(v, from.at[i]);
    return list;
}

/* ---- as a picture ---- */

static void draw_column(struct view *v, uint32_t x, double low, double high, uint32_t color)
{
    double from = (1 - high) * HEIGHT, until = (1 - low) * HEIGHT;

    picture_column(v->picture, x, fmin(from, until - 1), until, color);
}

/* Draws values side by side over the whole width, with `zero` at the bottom and `full` at the top. */
static void draw_bars(struct view *v, struct real_list list, double zero, double full)
{
    double base = zero < 0 && full > 0 ? -zero / (full - zero) : 0;

    for (uint32_t x = 0; x < WIDTH && list.count; x++) {
        double value = (list.at[(uint64_t)x * list.count / WIDTH] - zero) / (full - zero);
        if (!isnan(value))
            draw_column(v, x, fmin(base, value), fmax(base, value), OUTER);
    }
}

/* Draws moments of the item, each as high as its strength; without strengths all equal. */
static void draw_moments(struct view *v, struct real_list seconds, struct real_list strength)
{
    for (uint32_t i = 0; i < seconds.count; i++) {
        double at = seconds.at[i], height = i < strength.count ? strength.at[i] : 1;
        if (v->seconds > 0 && at >= 0 && at < v->seconds)
            draw_column(v, (uint32_t)(at / v->seconds * WIDTH), 0, fmin(1, 0.1 + height), INNER);
    }
}

/* ---- each type ---- */

/* Draws the bins of a level that one column of the picture covers. */
static void draw_stretch(struct view *v, uint32_t x, const struct waveform_level_line *level, double bins_a_column)
{
    double first = floor(x * bins_a_column), last = ceil((x + 1) * bins_a_column), low = 1, high = -1, square = 0;
    uint32_t n = 0, bins = level->low.count < level->high.count ? level->low.count : level->high.count;

    bins = bins < level->rms.count ? bins : level->rms.count;
    for (uint32_t i = (uint32_t)fmin(first, bins); i < bins && i < last; i++, n++) {
        low = fmin(low, level->low.at[i]);
        high = fmax(high, level->high.at[i]);
        square += level->rms.at[i] * level->rms.at[i];
    }
    if (n == 0)
        return;
    draw_column(v, x, low / 2 + 0.5, high / 2 + 0.5, OUTER);
    draw_column(v, x, 0.5 - sqrt(square / n) / 2, 0.5 + sqrt(square / n) / 2, INNER);
}

static void show_waveform(struct view *v, const void *record)
{
    const struct artefact_waveform *of = record;
    struct waveform_level_line *level = arena_array(v->arena, of->levels.count, sizeof *level);
    struct waveform_line line = { v->type, v->version, of->frames, { of->levels.count, level } };

    for (uint32_t i = 0; i < of->levels.count; i++) {
        const struct artefact_level *from = &of->levels.at[i];
        level[i] = (struct waveform_level_line){ of->frames_a_bin << i, list_i8(v, from->low, 1 / 127.0, NO_NONE),
                                                 list_i8(v, from->high, 1 / 127.0, NO_NONE),
                                                 list_u8(v, from->rms, 1 / 255.0) };
    }
    if (!v->picture)
        cli_json(v->cli, &waveform_line_shape, &line);
    for (uint32_t x = 0; v->picture && x < WIDTH && of->frames_a_bin && of->levels.count; x++)
        draw_stretch(v, x, level, (double)of->frames / (double)of->frames_a_bin / WIDTH);
}

static void show_loudness(struct view *v, const void *record)
{
    const struct artefact_loudness *of = record;
    struct loudness_line line = { v->type, v->version, of->values_a_second, list_i8(v, of->lufs, 1, -128) };

    if (v->picture)
        draw_bars(v, line.lufs, -70, 0);
    else
        cli_json(v->cli, &loudness_line_shape, &line);
}

static void show_onsets(struct view *v, const void *record)
{
    const struct artefact_onsets *of = record;
    struct onsets_line line = { v->type, v->version, list_f32(v, of->seconds), list_f32(v, of->strength) };

    if (v->picture)
        draw_moments(v, line.seconds, line.strength);
    else
        cli_json(v->cli, &onsets_line_shape, &line);
}

static void show_beats(struct view *v, const void *record)
{
    const struct artefact_beats *of = record;
    struct beats_line line = { v->type, v->version, of->bpm, of->confidence, list_f32(v, of->seconds) };

    if (v->picture)
        draw_moments(v, line.seconds, (struct real_list){ 0 });
    else
        cli_json(v->cli, &beats_line_shape, &line);
}

static void show_spectrum(struct view *v, const void *record)
{
    const struct artefact_spectrum *of = record;
    struct spectrum_line line = { v->type, v->version, of->lowest_hz, of->highest_hz, list_f32(v, of->db) };

    if (v->picture)
        draw_bars(v, line.db, -110, 0);
    else
        cli_json(v->cli, &spectrum_line_shape, &line);
}

/* Each column of the picture has the level of its moment at each height. */
static void draw_spectrogram(struct view *v, const struct artefact_spectrogram *of)
{
    uint32_t columns = of->bands ? of->levels.len / (uint32_t)of->bands : 0;

    for (uint32_t x = 0; x < WIDTH && columns; x++)
        for (uint32_t band = 0; band < of->bands; band++) {
            uint32_t level = of->levels.at[(uint64_t)x * columns / WIDTH * of->bands + band];
            double from = HEIGHT - (double)(band + 1) * HEIGHT / (double)of->bands;
            picture_column(v->picture, x, from, from + (double)HEIGHT / (double)of->bands,
                           level << 16 | level << 8 | level);
        }
}

static void show_spectrogram(struct view *v, const void *record)
{
    const struct artefact_spectrogram *of = record;
    struct spectrogram_line line = {
        v->type, v->version, of->lowest_hz, of->highest_hz, of->bands, of->columns_a_second, list_u8(v, of->levels, 1)
    };

    if (v->picture)
        draw_spectrogram(v, of);
    else
        cli_json(v->cli, &spectrogram_line_shape, &line);
}

static void draw_embedding(struct view *v, const struct embedding *of)
{
    const struct real_list blocks[] = { of->spectrum, of->timbre, of->pitch, of->amplitude, of->rhythm };
    struct real_list all = make_list(v, 64);

    all.count = 0;
    for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++)
        for (uint32_t i = 0; i < blocks[b].count && all.count < 64; i++)
            all.at[all.count++] = blocks[b].at[i];
    draw_bars(v, all, -3, 3);
}

static void show_embedding(struct view *v, const void *record)
{
    const struct embedding *of = record;
    struct embedding_line line = { v->type,
                                   v->version,
                                   list_f64(v, of->spectrum),
                                   list_f64(v, of->timbre),
                                   list_f64(v, of->pitch),
                                   list_f64(v, of->amplitude),
                                   list_f64(v, of->rhythm) };

    if (v->picture)
        draw_embedding(v, of);
    else
        cli_json(v->cli, &embedding_line_shape, &line);
}

static void show_print(struct view *v, const void *record)
{
    const struct artefact_print *of = record;
    struct print_line line = { v->type, v->version, of->rate, list_i8(v, of->samples, 1, NO_NONE) };

    if (v->picture)
        draw_bars(v, line.samples, -128, 128);
    else
        cli_json(v->cli, &print_line_shape, &line);
}

static void show_gist(struct view *v, const void *record)
{
    const struct artefact_gist *of = record;
    struct gist_line line = { v->type, v->version, { 0 }, of->seconds, list_i8(v, of->bands, 1, NO_NONE) };
    char digits[33] = "";

    for (uint32_t i = 0; i < of->samples_hash.len && i < 16; i++)
        snprintf(digits + 2 * i, 3, "%02x", of->samples_hash.at[i]);
    line.samples_hash = text_of(digits);
    if (v->picture)
        draw_bars(v, line.bands, -128, 128);
    else
        cli_json(v->cli, &gist_line_shape, &line);
}

static const struct type {
    const char *name;
    const struct shape *shape;
    void (*show)(struct view *view, const void *record);
} TYPES[] = {
    { "waveform", &artefact_waveform_shape, show_waveform },
    { "loudness", &artefact_loudness_shape, show_loudness },
    { "onsets", &artefact_onsets_shape, show_onsets },
    { "beats", &artefact_beats_shape, show_beats },
    { "spectrum", &artefact_spectrum_shape, show_spectrum },
    { "embedding", &embedding_shape, show_embedding },
    { "spectrogram", &artefact_spectrogram_shape, show_spectrogram },
    { "print", &artefact_print_shape, show_print },
    { "gist", &artefact_gist_shape, show_gist },
};

/* ---- the command ---- */

/* Returns NULL, with a fault, if this program does not know the type or its data. */
static const struct type *decode_artefact(const struct artefact *artefact, struct arena *arena, void **record,
                                          struct fault *fault)
{
    const struct type *type = NULL;

    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
        if (text_is(artefact->type, TYPES[i].name))
            type = &TYPES[i];
    if (!type) {
        fault_set(fault, ERR_VERSION, "the type of artefact \"%.*s\" is unknown to this program",
                  TEXT_ARG(artefact->type));
        return NULL;
    }
    *record = arena_alloc(arena, type->shape->size);
    if (codec_decode(type->shape, artefact->data, arena, *record, fault) == ERR_OK)
        return type;
    fault_set(fault, ERR_VERSION, "the artefact \"%.*s\" is not the record that this program knows",
              TEXT_ARG(artefact->type));
    return NULL;
}

static enum err show_artefact(struct view *v, const struct artefact *artefact, struct fault *fault)
{
    struct arena arena = { 0 };
    void *record;
    const struct type *type = decode_artefact(artefact, &arena, &record, fault);

    v->arena = &arena;
    v->type = artefact->type;
    v->version = artefact->version;
    if (type)
        type->show(v, record);
    arena_free(&arena);
    return type ? ERR_OK : ERR_VERSION;
}

static enum err draw_artefact(struct cli *cli, struct view *v, const struct artefact *artefact, struct fault *fault)
{
    struct picture picture;
    enum err e;

    picture_open(&picture, WIDTH, HEIGHT, BACKGROUND);
    v->picture = &picture;
    e = show_artefact(v, artefact, fault);
    if (e == ERR_OK)
        e = picture_write(&picture, cli->options.png, fault);
    picture_close(&picture);
    if (e == ERR_OK && !cli->options.json)
        cli_print(&cli->out, "drawn in %s\n", cli->options.png);
    return e;
}

enum err artefact_show(struct cli *cli, struct fault *fault)
{
    const char *type = cli->count > 1 ? cli->args[1] : cli->options.type ? cli->options.type : "waveform";
    struct media_found media = { 0 };
    struct artefact_found found = { 0 };
    struct search_get_artefact get = { .type = text_of(type) };
    struct view v = { .cli = cli };
    enum err e = cli_find(cli, 1, cli->args, &media, fault);

    if (e != ERR_OK)
        return e;
    get.id = media.item.media.id;
    v.seconds = item_seconds(&media.item.media);
    e = cli_ask(cli, "search.get_artefact", &get, &found, fault);
    if (e != ERR_OK)
        return e;
    return cli->options.png ? draw_artefact(cli, &v, &found.artefact, fault)
                            : show_artefact(&v, &found.artefact, fault);
}
