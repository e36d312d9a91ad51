#include "common/process/config.h"

#include <errno.h>
#include <ini.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "common/file.h"

enum { FILE_MAX_BYTES = 1 << 20, KEY_SIZE = 128, SETTINGS_MAX = 1024 };

struct setting {
    struct text key;
    struct text value; /* with a closing zero */
    int line;
};

struct config {
    struct arena arena;
    struct setting *settings;
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

static struct setting *find_setting(const struct config *config, struct text key)
{
    for (uint32_t i = 0; i < config->count; i++)
        if (text_equal(config->settings[i].key, key))
            return &config->settings[i];
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
    struct setting *before = find_setting(config, key);
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
        config->settings[config->count++] =
            (struct setting){ key, arena_text(&config->arena, text_of(value)), reading->line };
    }
    return 1;
}

static enum err parse_file(struct config *config, struct buffer *file, struct fault *fault)
{
    struct fault found = { 0 };
    struct config_reading reading = { config, buffer_c(file), buffer_c(file) + file->len, 0, &found };
    int bad_line = ini_parse_stream(next_line, &reading, take_setting, &reading);

    if (found.code == ERR_OK && bad_line != 0) {
        reading.line = bad_line;
        stop_reading(&reading, ERR_BAD_REQUEST, "neither [section] nor name = value");
    }
    if (found.code != ERR_OK && fault)
        *fault = found;
    return found.code;
}

static enum err load_file(struct config *config, const struct paths *paths, struct fault *fault)
{
    int len = snprintf(config->path, sizeof(config->path), "%s/loophole.conf", paths->config);
    struct buffer file = { 0 };
    struct fault why = { 0 };
    enum err e;

    if (len < 0 || (size_t)len >= sizeof(config->path))
        return fault_set(fault, ERR_TOO_LARGE, "the path is too long: %.100s…", paths->config);
    config->settings = arena_array(&config->arena, SETTINGS_MAX, sizeof(*config->settings));
    e = file_read_all(config->path, FILE_MAX_BYTES, &file, &why);
    if (e == ERR_OK)
        e = parse_file(config, &file, fault);
    else if (e == ERR_NOT_FOUND)
        e = ERR_OK; /* without a message: `fault` is unchanged */
    else if (fault)
        *fault = why;
    buffer_free(&file);
    return e;
}

enum err config_load(const struct paths *paths, struct config **config, struct fault *fault)
{
    struct config *made = alloc_zeroed(1, sizeof(*made));
    enum err e;

    *config = NULL;
    e = load_file(made, paths, fault);
    if (e != ERR_OK)
        config_free(made);
    else
        *config = made;
    return e;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    arena_free(&config->arena);
    free(config);
}

static void note_refusal(struct config *config, const struct setting *setting, const char *wanted)
{
    if (config->refused.code == ERR_OK)
        fault_set(&config->refused, ERR_BAD_REQUEST, "%s:%d: %.*s is \"%.*s\": expected %s", config->path,
                  setting->line, TEXT_ARG(setting->key), TEXT_ARG(setting->value), wanted);
}

int64_t config_int(struct config *config, const char *key, int64_t fallback, int64_t min, int64_t max)
{
    const struct setting *setting = find_setting(config, text_of(key));
    char *end, wanted[96];
    long long value;

    if (!setting)
        return fallback;
    errno = 0;
    value = strtoll(setting->value.at, &end, 10);
    if (errno == 0 && end != setting->value.at && *end == '\0' && value >= min && value <= max)
        return value;
    (void)snprintf(wanted, sizeof(wanted), "a whole number from %lld to %lld", (long long)min, (long long)max);
    note_refusal(config, setting, wanted);
    return fallback;
}

double config_real(struct config *config, const char *key, double fallback, double min, double max)
{
    const struct setting *setting = find_setting(config, text_of(key));
    char *end, wanted[96];
    double value;

    if (!setting)
        return fallback;
    value = strtod(setting->value.at, &end);
    if (end != setting->value.at && *end == '\0' && isfinite(value) && value >= min && value <= max)
        return value;
    (void)snprintf(wanted, sizeof(wanted), "a number from %g to %g", min, max);
    note_refusal(config, setting, wanted);
    return fallback;
}

bool config_bool(struct config *config, const char *key, bool fallback)
{
    static const char *const words[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };
    const struct setting *setting = find_setting(config, text_of(key));

    if (!setting)
        return fallback;
    for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (strcasecmp(setting->value.at, words[i]) == 0)
            return i % 2;
    note_refusal(config, setting, "yes or no");
    return fallback;
}

const char *config_text(struct config *config, const char *key, const char *fallback)
{
    const struct setting *setting = find_setting(config, text_of(key));

    return setting ? setting->value.at : fallback;
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
