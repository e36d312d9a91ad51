/* artefact.c: a piece of analysis as numbers or as a picture. Layouts: services/worker/hear/artefacts.h. */
#include <math.h>
#include <string.h>

#include "frontends/cli/cli.h"
#include "frontends/cli/picture.h"

enum { WIDTH = 1600, HEIGHT = 400 };

#define BACKGROUND 0x14161A
#define OUTER      0x3E7CB1
#define INNER      0x9CC9EE

/* Bytes that are read one behind the other; past the end all is 0 and `broken` is set. */
struct view {
    struct bytes data;
    uint32_t at;
    bool broken;
    double seconds; /* of the item: what times are drawn by */
    bool first;     /* of the line's keys */
    struct buffer *out;
    struct picture *picture; /* NULL: as JSON */
};

/* ---- reading ---- */

static const uint8_t *take(struct view *v, uint32_t count)
{
    static const uint8_t nothing[16];

    if (count > sizeof nothing || count > v->data.len - v->at) {
        v->broken = true;
        return nothing;
    }
    v->at += count;
    return v->data.at + v->at - count;
}

static uint32_t take_word(struct view *v)
{
    const uint8_t *at = take(v, 4);

    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static double take_float(struct view *v)
{
    uint32_t bits = take_word(v);
    float value;

    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

static double take_byte(struct view *v)
{
    return (int8_t)take(v, 1)[0];
}

/* How many elements of `size` bytes there can be at most. */
static uint32_t take_count(struct view *v, uint32_t size)
{
    uint32_t count = take_word(v), room = (v->data.len - v->at) / size;

    v->broken = v->broken || count > room;
    return count < room ? count : room;
}

/* ---- as JSON ---- */

static void put_number(struct view *v, const char *key, double number)
{
    json_key(v->out, &v->first, key);
    json_number(v->out, number);
}

typedef double read_fn(struct view *view);

/* `count` numbers, `step` bytes apart, each × scale. What is `none` is null. */
static void put_numbers(struct view *v, const char *key, uint32_t count, uint32_t step, read_fn *read, double scale,
                        double none)
{
    uint32_t from = v->at;

    json_key(v->out, &v->first, key);
    buffer_add_text(v->out, "[");
    for (uint32_t i = 0; i < count; i++) {
        double value;
        v->at = from + i * step;
        value = read(v);
        if (isnan(none) || value > none || value < none)
            cli_print(v->out, "%s%.6g", i ? "," : "", value * scale);
        else
            buffer_add_text(v->out, i ? ",null" : "null");
    }
    buffer_add_text(v->out, "]");
    v->at = from;
}

static double take_rms(struct view *v)
{
    return take(v, 1)[0];
}

static void put_level(struct view *v, double frames_a_bin)
{
    uint32_t bins = take_count(v, 3), from = v->at;

    v->first = true;
    buffer_add_text(v->out, "{");
    put_number(v, "frames_a_bin", frames_a_bin);
    put_numbers(v, "low", bins, 3, take_byte, 1 / 127.0, NAN);
    v->at = from + 1;
    put_numbers(v, "high", bins, 3, take_byte, 1 / 127.0, NAN);
    v->at = from + 2;
    put_numbers(v, "rms", bins, 3, take_rms, 1 / 255.0, NAN);
    v->at = from + 3 * bins;
    buffer_add_text(v->out, "}");
}

/* ---- as a picture ---- */

static void draw_column(struct view *v, uint32_t x, double low, double high, uint32_t color)
{
    double from = (1 - high) * HEIGHT, until = (1 - low) * HEIGHT;

    picture_column(v->picture, x, fmin(from, until - 1), until, color);
}

/* Values 0..1 side by side over the whole width. */
static void draw_bars(struct view *v, uint32_t count, uint32_t step, read_fn *read, double zero, double full)
{
    uint32_t from = v->at;

    for (uint32_t x = 0; x < WIDTH && count; x++) {
        v->at = from + (uint32_t)((uint64_t)x * count / WIDTH) * step;
        double value = (read(v) - zero) / (full - zero), base = zero < 0 && full > 0 ? -zero / (full - zero) : 0;
        draw_column(v, x, fmin(base, value), fmax(base, value), OUTER);
    }
    v->at = from;
}

/* Moments of the item, each as high as it is strong; `step` 4: all alike. */
static void draw_moments(struct view *v, uint32_t count, uint32_t step)
{
    for (uint32_t i = 0; i < count; i++) {
        double seconds = take_float(v), strength = step > 4 ? take_float(v) : 1;
        if (v->seconds > 0 && seconds >= 0 && seconds < v->seconds)
            draw_column(v, (uint32_t)(seconds / v->seconds * WIDTH), 0, fmin(1, 0.1 + strength), INNER);
    }
}

/* The bins of a level that a column of the picture covers. */
static void draw_stretch(struct view *v, uint32_t x, uint32_t level, uint32_t bins, double bins_a_column)
{
    uint32_t first = (uint32_t)(x * bins_a_column), last = (uint32_t)ceil((x + 1) * bins_a_column);
    double low = 1, high = -1, square = 0, n = 0;

    for (uint32_t i = first; i < last && i < bins; i++, n++) {
        v->at = level + 3 * i;
        low = fmin(low, take_byte(v) / 127);
        high = fmax(high, take_byte(v) / 127);
        double rms = take_rms(v) / 255;
        square += rms * rms;
    }
    if (n < 1)
        return;
    draw_column(v, x, low / 2 + 0.5, high / 2 + 0.5, OUTER);
    draw_column(v, x, 0.5 - sqrt(square / n) / 2, 0.5 + sqrt(square / n) / 2, INNER);
}

/* ---- each type ---- */

static void show_waveform(struct view *v)
{
    uint32_t stretch = take_word(v), low = take_word(v), high = take_word(v), level = v->at + 4, bins;
    double frames = low + 4294967296.0 * high, frames_a_bin = stretch;

    if (v->picture) {
        bins = take_count(v, 3);
        for (uint32_t x = 0; x < WIDTH && bins; x++)
            draw_stretch(v, x, level, bins, frames / stretch / WIDTH);
        return;
    }
    put_number(v, "frames", frames);
    json_key(v->out, &v->first, "levels");
    for (bool any = false; v->at < v->data.len && !v->broken; any = true, frames_a_bin *= 2) {
        buffer_add_text(v->out, any ? "," : "[");
        put_level(v, frames_a_bin);
    }
    buffer_add_text(v->out, v->at > 16 ? "]" : "[]");
}

static void show_loudness(struct view *v)
{
    double rate = take_word(v) / 10.0;
    uint32_t count = take_count(v, 1);

    if (v->picture) {
        draw_bars(v, count, 1, take_byte, -70, 0);
        return;
    }
    put_number(v, "values_a_second", rate);
    put_numbers(v, "lufs", count, 1, take_byte, 1, -128);
}

static void show_onsets(struct view *v)
{
    uint32_t count = take_count(v, 8);

    if (v->picture) {
        draw_moments(v, count, 8);
        return;
    }
    put_numbers(v, "seconds", count, 8, take_float, 1, NAN);
    v->at += count ? 4 : 0;
    put_numbers(v, "strength", count, 8, take_float, 1, NAN);
}

static void show_beats(struct view *v)
{
    double bpm = take_float(v), confidence = take_float(v);
    uint32_t count = take_count(v, 4);

    if (v->picture) {
        draw_moments(v, count, 4);
        return;
    }
    put_number(v, "bpm", bpm);
    put_number(v, "confidence", confidence);
    put_numbers(v, "seconds", count, 4, take_float, 1, NAN);
}

static void show_spectrum(struct view *v)
{
    uint32_t count = take_word(v);
    double lowest = take_float(v), highest = take_float(v);

    count = count < (v->data.len - v->at) / 4 ? count : (v->data.len - v->at) / 4;
    if (v->picture) {
        draw_bars(v, count, 4, take_float, -110, 0);
        return;
    }
    put_number(v, "lowest_hz", lowest);
    put_number(v, "highest_hz", highest);
    put_numbers(v, "db", count, 4, take_float, 1, NAN);
}

static void show_embedding(struct view *v)
{
    static const struct {
        const char *name;
        uint32_t count;
    } BLOCK[] = { { "spectrum", 16 }, { "timbre", 16 }, { "pitch", 12 }, { "amplitude", 12 }, { "rhythm", 8 } };

    if (v->picture) {
        draw_bars(v, take_count(v, 4), 4, take_float, -3, 3);
        return;
    }
    take_count(v, 4);
    for (size_t i = 0; i < sizeof BLOCK / sizeof *BLOCK; i++) {
        put_numbers(v, BLOCK[i].name, BLOCK[i].count, 4, take_float, 1, NAN);
        v->at += 4 * BLOCK[i].count;
    }
}

static void show_print(struct view *v)
{
    uint32_t rate = take_word(v), count = take_count(v, 1);

    if (v->picture) {
        draw_bars(v, count, 1, take_byte, -128, 128);
        return;
    }
    put_number(v, "rate", rate);
    put_numbers(v, "samples", count, 1, take_byte, 1, NAN);
}

static void show_gist(struct view *v)
{
    const uint8_t *hash = take(v, 16);
    double seconds = take_float(v);
    uint32_t count = take_count(v, 1);

    if (v->picture) {
        draw_bars(v, count, 1, take_byte, -128, 128);
        return;
    }
    json_key(v->out, &v->first, "samples_hash");
    buffer_add_text(v->out, "\"");
    for (int i = 0; i < 16; i++)
        cli_print(v->out, "%02x", hash[i]);
    buffer_add_text(v->out, "\"");
    put_number(v, "seconds", seconds);
    put_numbers(v, "bands", count, 1, take_byte, 1, NAN);
}

static const struct type {
    const char *name, *magic;
    void (*show)(struct view *view);
} TYPES[] = {
    { "waveform", "LHW1", show_waveform }, { "loudness", "LHL1", show_loudness },
    { "onsets", "LHO1", show_onsets },     { "beats", "LHB1", show_beats },
    { "spectrum", "LHS1", show_spectrum }, { "embedding", "LHE1", show_embedding },
    { "print", "LHP1", show_print },       { "gist", "LHG1", show_gist },
};

/* ---- the command ---- */

static enum err show(struct view *v, const struct artefact *artefact, struct fault *fault)
{
    const struct type *type = NULL;
    const uint8_t *magic = take(v, 4);

    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
        if (text_is(artefact->type, TYPES[i].name) && memcmp(magic, TYPES[i].magic, 4) == 0)
            type = &TYPES[i];
    if (!type)
        return fault_set(fault, ERR_VERSION, "this program does not know that layout of \"%.*s\"",
                         TEXT_ARG(artefact->type));
    if (!v->picture) {
        buffer_add_text(v->out, "{");
        json_key(v->out, &v->first, "type");
        json_text(v->out, artefact->type);
        put_number(v, "version", (double)artefact->version);
    }
    type->show(v);
    if (!v->picture)
        buffer_add_text(v->out, "}\n");
    return v->broken ? fault_set(fault, ERR_INTERNAL, "the artefact is damaged: analyse the file anew") : ERR_OK;
}

static enum err draw(struct cli *cli, struct view *v, const struct artefact *artefact, struct fault *fault)
{
    struct picture picture;
    enum err e = picture_open(&picture, WIDTH, HEIGHT, BACKGROUND);

    if (e != ERR_OK)
        return fault_set(fault, e, "out of memory");
    v->picture = &picture;
    e = show(v, artefact, fault);
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
    v.data = found.artefact.data;
    return cli->options.png ? draw(cli, &v, &found.artefact, fault) : show(&v, &found.artefact, fault);
}
