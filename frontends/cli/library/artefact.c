/* artefact.c: an artefact as numbers or as a picture. Its records: schemas/artefact.schema. */
#include <math.h>

#include "common/little.h"
#include "frontends/cli/base/cli.h"
#include "frontends/cli/base/picture.h"
#include "proto/wire/codec.h"
#include "schema_artefact.h"

enum { WIDTH = 1600, HEIGHT = 400 };

#define BACKGROUND 0x14161A
#define OUTER      0x3E7CB1
#define INNER      0x9CC9EE

struct view {
    double seconds; /* of the item; scales times in the picture */
    bool first;     /* of the line's keys */
    struct buffer *out;
    struct picture *picture; /* NULL: as JSON */
};

/* ---- arrays of numbers ---- */

struct number_list {
    enum { I8, U8, F32, F64 } element;
    uint32_t count;
    const void *at;
    double scale;
};

static struct number_list i8_of(struct bytes bytes, double scale)
{
    return (struct number_list){ I8, bytes.len, bytes.at, scale };
}

static struct number_list u8_of(struct bytes bytes, double scale)
{
    return (struct number_list){ U8, bytes.len, bytes.at, scale };
}

static struct number_list f32_of(struct bytes bytes)
{
    return (struct number_list){ F32, bytes.len / 4, bytes.at, 1 };
}

static struct number_list f64_of(struct real_list list)
{
    return (struct number_list){ F64, list.count, list.at, 1 };
}

static double number_at(const struct number_list *n, uint32_t i)
{
    const uint8_t *at = n->at;

    switch (n->element) {
    case I8:
        return (int8_t)at[i] * n->scale;
    case U8:
        return at[i] * n->scale;
    case F32:
        return (double)little_f32(at + 4 * (size_t)i) * n->scale;
    case F64:
        return ((const double *)n->at)[i] * n->scale;
    }
    return 0;
}

/* ---- as JSON ---- */

static void put_number(struct view *v, const char *key, double number)
{
    json_key(v->out, &v->first, key);
    json_number(v->out, number);
}

/* Writes null for a number that equals `none`. */
static void put_numbers_but(struct view *v, const char *key, struct number_list n, double none)
{
    json_key(v->out, &v->first, key);
    buffer_add_text(v->out, "[");
    for (uint32_t i = 0; i < n.count; i++) {
        double value = number_at(&n, i);
        if (isnan(none) || value > none || value < none)
            cli_print(v->out, "%s%.6g", i ? "," : "", value);
        else
            buffer_add_text(v->out, i ? ",null" : "null");
    }
    buffer_add_text(v->out, "]");
}

static void put_numbers(struct view *v, const char *key, struct number_list n)
{
    put_numbers_but(v, key, n, (double)NAN);
}

/* ---- as a picture ---- */

static void draw_column(struct view *v, uint32_t x, double low, double high, uint32_t color)
{
    double from = (1 - high) * HEIGHT, until = (1 - low) * HEIGHT;

    picture_column(v->picture, x, fmin(from, until - 1), until, color);
}

/* Draws values side by side over the whole width, with `zero` at the bottom and `full` at the top. */
static void draw_bars(struct view *v, struct number_list n, double zero, double full)
{
    double base = zero < 0 && full > 0 ? -zero / (full - zero) : 0;

    for (uint32_t x = 0; x < WIDTH && n.count; x++) {
        double value = (number_at(&n, (uint32_t)((uint64_t)x * n.count / WIDTH)) - zero) / (full - zero);
        draw_column(v, x, fmin(base, value), fmax(base, value), OUTER);
    }
}

/* Draws moments of the item, each as high as its strength; without strengths all equal. */
static void draw_moments(struct view *v, struct number_list seconds, struct number_list strength)
{
    for (uint32_t i = 0; i < seconds.count; i++) {
        double at = number_at(&seconds, i), height = i < strength.count ? number_at(&strength, i) : 1;
        if (v->seconds > 0 && at >= 0 && at < v->seconds)
            draw_column(v, (uint32_t)(at / v->seconds * WIDTH), 0, fmin(1, 0.1 + height), INNER);
    }
}

/* ---- each type ---- */

struct level {
    struct number_list low, high, rms;
};

static struct level level_of(const struct artefact_level *from)
{
    return (struct level){ i8_of(from->low, 1 / 127.0), i8_of(from->high, 1 / 127.0), u8_of(from->rms, 1 / 255.0) };
}

/* Draws the bins of a level that one column of the picture covers. */
static void draw_stretch(struct view *v, uint32_t x, const struct level *level, double bins_a_column)
{
    double first = floor(x * bins_a_column), last = ceil((x + 1) * bins_a_column), low = 1, high = -1, square = 0;
    uint32_t n = 0, bins = level->low.count < level->high.count ? level->low.count : level->high.count;

    bins = bins < level->rms.count ? bins : level->rms.count;
    for (uint32_t i = (uint32_t)fmin(first, bins); i < bins && i < last; i++, n++) {
        double rms = number_at(&level->rms, i);
        low = fmin(low, number_at(&level->low, i));
        high = fmax(high, number_at(&level->high, i));
        square += rms * rms;
    }
    if (n == 0)
        return;
    draw_column(v, x, low / 2 + 0.5, high / 2 + 0.5, OUTER);
    draw_column(v, x, 0.5 - sqrt(square / n) / 2, 0.5 + sqrt(square / n) / 2, INNER);
}

static void put_level(struct view *v, const struct level *level, double frames_a_bin)
{
    v->first = true;
    buffer_add_text(v->out, "{");
    put_number(v, "frames_a_bin", frames_a_bin);
    put_numbers(v, "low", level->low);
    put_numbers(v, "high", level->high);
    put_numbers(v, "rms", level->rms);
    buffer_add_text(v->out, "}");
}

static void show_waveform(struct view *v, const void *record)
{
    const struct artefact_waveform *of = record;
    double frames_a_bin = (double)of->frames_a_bin;

    if (v->picture) {
        struct level finest = level_of(of->levels.count ? of->levels.at : &(struct artefact_level){ 0 });
        for (uint32_t x = 0; x < WIDTH && of->frames_a_bin; x++)
            draw_stretch(v, x, &finest, (double)of->frames / frames_a_bin / WIDTH);
        return;
    }
    put_number(v, "frames", (double)of->frames);
    json_key(v->out, &v->first, "levels");
    buffer_add_text(v->out, "[");
    for (uint32_t i = 0; i < of->levels.count; i++, frames_a_bin *= 2) {
        struct level level = level_of(&of->levels.at[i]);
        buffer_add_text(v->out, i ? "," : "");
        put_level(v, &level, frames_a_bin);
    }
    buffer_add_text(v->out, "]");
}

static void show_loudness(struct view *v, const void *record)
{
    const struct artefact_loudness *of = record;

    if (v->picture) {
        draw_bars(v, i8_of(of->lufs, 1), -70, 0);
        return;
    }
    put_number(v, "values_a_second", of->values_a_second);
    put_numbers_but(v, "lufs", i8_of(of->lufs, 1), -128);
}

static void show_onsets(struct view *v, const void *record)
{
    const struct artefact_onsets *of = record;

    if (v->picture) {
        draw_moments(v, f32_of(of->seconds), f32_of(of->strength));
        return;
    }
    put_numbers(v, "seconds", f32_of(of->seconds));
    put_numbers(v, "strength", f32_of(of->strength));
}

static void show_beats(struct view *v, const void *record)
{
    const struct artefact_beats *of = record;

    if (v->picture) {
        draw_moments(v, f32_of(of->seconds), (struct number_list){ 0 });
        return;
    }
    put_number(v, "bpm", of->bpm);
    put_number(v, "confidence", of->confidence);
    put_numbers(v, "seconds", f32_of(of->seconds));
}

static void show_spectrum(struct view *v, const void *record)
{
    const struct artefact_spectrum *of = record;

    if (v->picture) {
        draw_bars(v, f32_of(of->db), -110, 0);
        return;
    }
    put_number(v, "lowest_hz", of->lowest_hz);
    put_number(v, "highest_hz", of->highest_hz);
    put_numbers(v, "db", f32_of(of->db));
}

static void draw_embedding(struct view *v, const struct real_list blocks[], size_t count)
{
    double all[64];
    struct real_list list = { 0, all };

    for (size_t b = 0; b < count; b++)
        for (uint32_t i = 0; i < blocks[b].count && list.count < 64; i++)
            all[list.count++] = blocks[b].at[i];
    draw_bars(v, f64_of(list), -3, 3);
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

    if (v->picture) {
        draw_spectrogram(v, of);
        return;
    }
    put_number(v, "lowest_hz", of->lowest_hz);
    put_number(v, "highest_hz", of->highest_hz);
    put_number(v, "bands", (double)of->bands);
    put_number(v, "columns_a_second", of->columns_a_second);
    put_numbers(v, "levels", u8_of(of->levels, 1));
}

static void show_embedding(struct view *v, const void *record)
{
    static const char *const name[] = { "spectrum", "timbre", "pitch", "amplitude", "rhythm" };
    const struct embedding *of = record;
    const struct real_list blocks[] = { of->spectrum, of->timbre, of->pitch, of->amplitude, of->rhythm };

    if (v->picture) {
        draw_embedding(v, blocks, sizeof blocks / sizeof *blocks);
        return;
    }
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        put_numbers(v, name[i], f64_of(blocks[i]));
}

static void show_print(struct view *v, const void *record)
{
    const struct artefact_print *of = record;

    if (v->picture) {
        draw_bars(v, i8_of(of->samples, 1), -128, 128);
        return;
    }
    put_number(v, "rate", (double)of->rate);
    put_numbers(v, "samples", i8_of(of->samples, 1));
}

static void show_gist(struct view *v, const void *record)
{
    const struct artefact_gist *of = record;

    if (v->picture) {
        draw_bars(v, i8_of(of->bands, 1), -128, 128);
        return;
    }
    json_key(v->out, &v->first, "samples_hash");
    buffer_add_text(v->out, "\"");
    for (uint32_t i = 0; i < of->samples_hash.len; i++)
        cli_print(v->out, "%02x", of->samples_hash.at[i]);
    buffer_add_text(v->out, "\"");
    put_number(v, "seconds", of->seconds);
    put_numbers(v, "bands", i8_of(of->bands, 1));
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
static const struct type *read_record(const struct artefact *artefact, struct arena *arena, void **record,
                                      struct fault *fault)
{
    const struct type *type = NULL;

    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
        if (text_is(artefact->type, TYPES[i].name))
            type = &TYPES[i];
    if (!type) {
        fault_set(fault, ERR_VERSION, "this program does not know the artefact \"%.*s\"", TEXT_ARG(artefact->type));
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
    const struct type *type = read_record(artefact, &arena, &record, fault);

    if (type && !v->picture) {
        buffer_add_text(v->out, "{");
        json_key(v->out, &v->first, "type");
        json_text(v->out, artefact->type);
        put_number(v, "version", (double)artefact->version);
    }
    if (type)
        type->show(v, record);
    if (type && !v->picture)
        buffer_add_text(v->out, "}\n");
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
    struct view v = { .first = true, .out = &cli->out };
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
