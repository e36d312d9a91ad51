#include "common/process/config.h"

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "common/file.h"

enum { FILE_MAX_BYTES = 1 << 20, KEY_SIZE = 128, SETTINGS_MAX = 1024, PATH_SHOWN = 90 };

struct config {
    struct arena arena;
    struct config_line *lines;
    uint32_t count;
    struct fault refused; /* the first value that a getter could not use */
    char path[PATH_MAX];
};

/* The state of the parser's callbacks: the file's bytes and the current position. */
struct config_reading {
    struct config *config;
    const char *at, *end;
    int line;
    struct fault *fault; /* set at the first error */
};

const struct config_line *config_find(const struct config *config, struct text key)
{
    for (uint32_t i = 0; i < config->count; i++)
        if (text_equal(config->lines[i].key, key))
            return &config->lines[i];
    return NULL;
}

static char *stop_reading(struct config_reading *reading, enum err code, const char *what)
{
    if (reading->fault->code == ERR_OK)
        fault_set(reading->fault, code, "%s:%d: %s", reading->config->path, reading->line, what);
    reading->at = reading->end;
    return NULL;
}

/* inih's reader, which behaves as fgets. Refuses a line longer than `room`, which inih would read as two lines. */
static char *next_line(char *to, int room, void *from)
{
    struct config_reading *reading = from;
    size_t left = (size_t)(reading->end - reading->at), len;
    const char *newline;

    if (left == 0)
        return NULL;
    reading->line++;
    newline = memchr(reading->at, '\n', left);
    len = newline ? (size_t)(newline - reading->at) + 1 : left;
    if (len >= (size_t)room)
        return stop_reading(reading, ERR_TOO_LARGE, "the line is too long");
    if (memchr(reading->at, 0, len))
        return stop_reading(reading, ERR_BAD_REQUEST, "a zero byte in the line");
    memcpy(to, reading->at, len);
    to[len] = '\0';
    reading->at += len;
    return to;
}

static int take_setting(void *user, const char *section, const char *name, const char *value)
{
    struct config_reading *reading = user;
    struct config *config = reading->config;
    struct text key = arena_printf(&config->arena, "%s%s%s", section, *section ? "." : "", name);
    const struct config_line *before = config_find(config, key);
    char what[KEY_SIZE + 100];

    if (reading->fault->code != ERR_OK)
        return 1;
    if (before) {
        (void)snprintf(what, sizeof(what), "%.*s is set already in line %d (is this line indented?)",
                       (int)(key.len < KEY_SIZE ? key.len : KEY_SIZE), key.at, before->line);
        stop_reading(reading, ERR_BAD_REQUEST, what);
    } else if (config->count == SETTINGS_MAX) {
        stop_reading(reading, ERR_TOO_LARGE, "too many settings");
    } else {
        config->lines[config->count++] =
            (struct config_line){ key, arena_text(&config->arena, text_of(value)), reading->line };
    }
    return 1;
}

static enum err parse_file(struct config *config, struct text file, struct fault *fault)
{
    struct fault found = { 0 };
    struct config_reading reading = { config, file.at, file.at + file.len, 0, &found };
    int bad_line = ini_parse_stream(next_line, &reading, take_setting, &reading);

    if (found.code == ERR_OK && bad_line != 0) {
        reading.line = bad_line;
        stop_reading(&reading, ERR_BAD_REQUEST, "neither [section] nor name = value");
    }
    if (found.code != ERR_OK && fault)
        *fault = found;
    return found.code;
}

static enum err name_file(struct config *config, const struct paths *paths, struct fault *fault)
{
    int len = snprintf(config->path, sizeof(config->path), "%s/loophole.conf", paths->config);

    if (len < 0 || (size_t)len >= sizeof(config->path))
        return fault_set(fault, ERR_TOO_LARGE, "the path is too long: %.100s…", paths->config);
    return ERR_OK;
}

enum err config_parse(const struct paths *paths, struct text file, struct config **config, struct fault *fault)
{
    struct config *made = alloc_zeroed(1, sizeof(*made));
    enum err e = name_file(made, paths, fault);

    made->lines = arena_array(&made->arena, SETTINGS_MAX, sizeof(*made->lines));
    if (e == ERR_OK)
        e = parse_file(made, file, fault);
    *config = e == ERR_OK ? made : NULL;
    if (e != ERR_OK)
        config_free(made);
    return e;
}

enum err config_load(const struct paths *paths, struct config **config, struct fault *fault)
{
    char path[PATH_MAX + 32];
    struct buffer file = { 0 };
    struct fault why = { 0 };
    enum err e;

    *config = NULL;
    (void)snprintf(path, sizeof(path), "%s/loophole.conf", paths->config);
    e = file_read_all(path, FILE_MAX_BYTES, &file, &why);
    if (e == ERR_OK || e == ERR_NOT_FOUND) /* without a message: `fault` is unchanged */
        e = config_parse(paths, (struct text){ (uint32_t)file.len, buffer_c(&file) }, config, fault);
    else if (fault)
        *fault = why;
    buffer_free(&file);
    return e;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    arena_free(&config->arena);
    free(config);
}

const struct config_line *config_lines(const struct config *config, uint32_t *count)
{
    *count = config->count;
    return config->lines;
}

const char *config_place(const struct config *config, const struct config_line *line, char place[CONFIG_PLACE])
{
    const char *path = config->path;
    size_t len = strlen(path);

    (void)snprintf(place, CONFIG_PLACE, "%s%.100s:%d: ", len > PATH_SHOWN ? "…" : "",
                   len > PATH_SHOWN ? path + len - PATH_SHOWN : path, line->line);
    return place;
}

enum err config_refuse(const struct config *config, const struct config_line *line, const char *wanted,
                       struct fault *fault)
{
    const struct setting *setting = setting_named(line->key);
    const char *value = setting && setting->is_secret ? "…" : line->value.at;
    char place[CONFIG_PLACE];

    return fault_set(fault, ERR_BAD_REQUEST, "%s%.*s is \"%.40s\": expected %s", config_place(config, line, place),
                     TEXT_ARG(line->key), value, wanted);
}

/* The value of `key` in the file, if it can be used; otherwise its default. */
static const char *usable_value(struct config *config, const char *key, enum setting_kind kind)
{
    const struct setting *setting = setting_known(key);
    const struct config_line *line = config_find(config, text_of(key));
    char wanted[SETTING_WANTED];

    if (kind == SETTING_TEXT ? setting->kind < SETTING_WORD : setting->kind != kind)
        abort();
    if (!line)
        return setting->usual;
    if (!setting_refuses(setting, line->value.at, wanted))
        return line->value.at;
    if (config->refused.code == ERR_OK)
        config_refuse(config, line, wanted, &config->refused);
    return setting->usual;
}

int64_t config_int_or(struct config *config, const char *key, int64_t usual)
{
    const char *value = usable_value(config, key, SETTING_WHOLE);

    return *value ? strtoll(value, NULL, 10) : usual;
}

int64_t config_int(struct config *config, const char *key)
{
    return config_int_or(config, key, 0);
}

double config_real(struct config *config, const char *key)
{
    return strtod(usable_value(config, key, SETTING_REAL), NULL);
}

bool config_bool(struct config *config, const char *key)
{
    return setting_switch(usable_value(config, key, SETTING_SWITCH)) == 1;
}

const char *config_text(struct config *config, const char *key)
{
    return usable_value(config, key, SETTING_TEXT);
}

enum err config_check(const struct config *config, struct fault *fault)
{
    if (config->refused.code != ERR_OK && fault)
        *fault = config->refused;
    return config->refused.code;
}

enum err config_end(struct config *config, enum err e, struct fault *fault)
{
    if (e == ERR_OK)
        e = config_check(config, fault);
    config_free(config);
    return e;
}
