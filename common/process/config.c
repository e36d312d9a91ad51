#include "common/process/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "common/buffer.h"
#include "common/file.h"
#include "common/text.h"

enum { LINE_MAX_BYTES = 16384, KEY_SIZE = 128, SETTINGS_MAX = 1024, PATH_SHOWN = 90 };

struct config {
    struct arena arena;
    struct config_line *lines;
    uint32_t count;
    struct fault refused; /* the first value that a getter could not use */
    char path[PATH_MAX];
};

/* The reader's position in the file. */
struct config_reading {
    struct config *config;
    struct text section;
    bool has_setting; /* in this section */
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

static enum err stop_reading(struct config_reading *reading, enum err code, const char *what)
{
    return fault_set(reading->fault, code, "%s:%d: %s", reading->config->path, reading->line, what);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct text trim_text(struct text t)
{
    while (t.len && is_space(t.at[t.len - 1]))
        t.len--;
    while (t.len && is_space(*t.at))
        t = (struct text){ t.len - 1, t.at + 1 };
    return t;
}

/* A comment begins with the line, or with a semicolon after a space. */
static struct text cut_comment(struct text line)
{
    if (line.len && (*line.at == '#' || *line.at == ';'))
        return (struct text){ 0, line.at };
    for (uint32_t i = 1; i < line.len; i++)
        if (line.at[i] == ';' && is_space(line.at[i - 1]))
            return trim_text((struct text){ i, line.at });
    return line;
}

static enum err refuse_again(struct config_reading *reading, const struct config_line *before)
{
    char what[KEY_SIZE + 60];

    (void)snprintf(what, sizeof(what), "%.*s is set already in line %d",
                   (int)(before->key.len < KEY_SIZE ? before->key.len : KEY_SIZE), before->key.at, before->line);
    return stop_reading(reading, ERR_BAD_REQUEST, what);
}

static enum err take_setting(struct config_reading *reading, struct text name, struct text value)
{
    struct config *config = reading->config;
    const struct text section = reading->section;
    struct text key =
        arena_printf(&config->arena, "%.*s%s%.*s", TEXT_ARG(section), section.len ? "." : "", TEXT_ARG(name));
    const struct config_line *before = config_find(config, key);

    if (before)
        return refuse_again(reading, before);
    if (config->count == SETTINGS_MAX)
        return stop_reading(reading, ERR_TOO_LARGE, "too many settings");
    config->lines[config->count++] = (struct config_line){ key, arena_text(&config->arena, value), reading->line };
    reading->has_setting = true;
    return ERR_OK;
}

/* After the section's name a comment needs no space before it. */
static enum err take_section(struct config_reading *reading, struct text line)
{
    struct text rest = line, name = text_cut(&rest, ']');
    char what[KEY_SIZE + 120];

    if (name.len == line.len)
        return stop_reading(reading, ERR_BAD_REQUEST, "neither [section] nor name = value");
    rest = trim_text(rest);
    if (rest.len && *rest.at != ';' && *rest.at != '#') {
        (void)snprintf(what, sizeof(what), "the text \"%.*s\" after [%.*s]: put it into the next line",
                       rest.len < 60 ? (int)rest.len : 60, rest.at, name.len < 61 ? (int)name.len - 1 : 60,
                       name.at + 1);
        return stop_reading(reading, ERR_BAD_REQUEST, what);
    }
    reading->section = (struct text){ name.len - 1, name.at + 1 };
    reading->has_setting = false;
    return ERR_OK;
}

/* `line`: "[section]" or "name = value", without spaces around it and without a comment. */
static enum err take_line(struct config_reading *reading, struct text line)
{
    uint32_t len = 0;

    if (*line.at == '[')
        return take_section(reading, line);
    while (len < line.len && line.at[len] != '=' && line.at[len] != ':')
        len++;
    if (len == line.len)
        return stop_reading(reading, ERR_BAD_REQUEST, "neither [section] nor name = value");
    return take_setting(reading, trim_text((struct text){ len, line.at }),
                        trim_text((struct text){ line.len - len - 1, line.at + len + 1 }));
}

static enum err read_line(struct config_reading *reading, struct text line)
{
    struct text shown = cut_comment(trim_text(line));
    char what[80];

    reading->line++;
    if (line.len > LINE_MAX_BYTES) {
        (void)snprintf(what, sizeof(what), "the line is too long: shorten it to %d bytes", LINE_MAX_BYTES);
        return stop_reading(reading, ERR_TOO_LARGE, what);
    }
    if (line.len && memchr(line.at, 0, line.len))
        return stop_reading(reading, ERR_BAD_REQUEST, "a zero byte in the line");
    if (shown.len == 0)
        return ERR_OK;
    if (reading->has_setting && is_space(*line.at))
        return stop_reading(reading, ERR_BAD_REQUEST,
                            "the line is indented, as if the setting before it went on: remove the spaces before it");
    return take_line(reading, shown);
}

static enum err parse_file(struct config *config, struct text file, struct fault *fault)
{
    struct fault unread;
    struct config_reading reading = { .config = config, .fault = fault ? fault : &unread };
    const struct text mark = TEXT("\xEF\xBB\xBF"); /* some editors write it before the text */
    enum err e = ERR_OK;

    if (text_starts(file, mark))
        file = (struct text){ file.len - mark.len, file.at + mark.len };
    while (e == ERR_OK && file.len > 0)
        e = read_line(&reading, text_cut(&file, '\n'));
    return e;
}

static enum err name_file(struct config *config, const struct paths *paths, struct fault *fault)
{
    int len = snprintf(config->path, sizeof(config->path), "%s/loophole.conf", paths->config);

    if (len < 0 || (size_t)len >= sizeof(config->path))
        return fault_set(fault, ERR_TOO_LARGE, "the path is too long: %.100s…", paths->config);
    return ERR_OK;
}

/* The same for the bytes of the file, which errors name by its usual path. */
static enum err config_parse(const struct paths *paths, struct text file, struct config **config, struct fault *fault)
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
    e = file_read_all(path, CONFIG_FILE_BYTES, &file, &why);
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

static const char *config_place(const struct config *config, const struct config_line *line, char place[CONFIG_PLACE])
{
    const char *path = config->path;
    size_t len = strlen(path);

    (void)snprintf(place, CONFIG_PLACE, "%s%.100s:%d: ", len > PATH_SHOWN ? "…" : "",
                   len > PATH_SHOWN ? path + len - PATH_SHOWN : path, line->line);
    return place;
}

static enum err config_refuse(const struct config *config, const struct config_line *line, const char *wanted,
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

struct config_checking {
    const struct config *config;
    config_found *found;
    void *state;
    uint32_t count;
};

static void note_mistake(struct config_checking *checking, const struct fault *fault)
{
    checking->count++;
    if (checking->found)
        checking->found(checking->state, fault);
}

/* An empty value counts as not set. */
static bool is_set(const struct config *config, struct text key)
{
    const struct config_line *line = config_find(config, key);

    return line && line->value.len > 0;
}

static void check_needs(struct config_checking *checking, const struct config_line *line, const char *needs)
{
    char place[CONFIG_PLACE];

    while (*needs) {
        struct text key = { (uint32_t)strcspn(needs, " "), needs };
        struct fault fault = { 0 };

        needs += key.len + (needs[key.len] == ' ');
        if (is_set(checking->config, key))
            continue;
        fault_set(&fault, ERR_BAD_REQUEST, "%s%.*s needs %.*s, which is not set",
                  config_place(checking->config, line, place), TEXT_ARG(line->key), TEXT_ARG(key));
        fault_hint(&fault, "set it, or remove %.*s", TEXT_ARG(line->key));
        note_mistake(checking, &fault);
    }
}

static void check_line(struct config_checking *checking, const struct config_line *line)
{
    const struct setting *setting = setting_named(line->key);
    char wanted[SETTING_WANTED], place[CONFIG_PLACE];
    struct fault fault = { 0 };

    if (!setting)
        setting_unknown(line->key, config_place(checking->config, line, place), &fault);
    else if (setting_refuses(setting, line->value.at, wanted))
        config_refuse(checking->config, line, wanted, &fault);
    if (fault.code != ERR_OK)
        note_mistake(checking, &fault);
    else if (setting->needs && line->value.len > 0)
        check_needs(checking, line, setting->needs);
}

uint32_t config_check_all(const struct config *config, config_found *found, void *state)
{
    struct config_checking checking = { config, found, state, 0 };
    uint32_t count;
    const struct config_line *lines = config_lines(config, &count);

    for (uint32_t i = 0; i < count; i++)
        check_line(&checking, &lines[i]);
    return checking.count;
}

static void keep_first(void *state, const struct fault *fault)
{
    struct fault *first = state;

    if (first->code == ERR_OK)
        *first = *fault;
}

enum err config_check_file(const struct paths *paths, struct fault *fault)
{
    struct config *config;
    struct fault first = { 0 };
    uint32_t count;
    enum err e = config_load(paths, &config, fault);

    if (e != ERR_OK)
        return e;
    count = config_check_all(config, keep_first, &first);
    config_free(config);
    if (count > 1)
        fault_hint(&first, "%.140s%smistakes in the file: %u; `loophole config check` lists them", first.hint,
                   first.hint[0] ? "; " : "", count);
    if (count > 0 && fault)
        *fault = first;
    return first.code;
}

/* Returns one line with its line feed. */
static struct text line_at(struct text file, uint32_t from)
{
    const char *end = memchr(file.at + from, '\n', file.len - from);

    return (struct text){ end ? (uint32_t)(end - file.at) - from + 1 : file.len - from, file.at + from };
}

static struct text trim_line(struct text line)
{
    while (line.len && strchr(" \t\r\n", line.at[line.len - 1]))
        line.len--;
    while (line.len && strchr(" \t", *line.at))
        line = (struct text){ line.len - 1, line.at + 1 };
    return line;
}

static bool is_section(struct text line, struct text *name)
{
    line = trim_line(line);
    if (line.len < 2 || *line.at != '[')
        return false;
    *name = (struct text){ 0, line.at + 1 };
    while (name->len < line.len - 1 && name->at[name->len] != ']')
        name->len++;
    return true;
}

static bool is_setting(struct text line, struct text name)
{
    struct text key;
    uint32_t len = 0;

    line = trim_line(line);
    while (len < line.len && line.at[len] != '=' && line.at[len] != ':')
        len++;
    key = trim_line((struct text){ len, line.at });
    return len < line.len && text_equal(key, name);
}

/* The position of the setting's line, or of a new line: after the last non-empty line of its section. */
struct setting_place {
    uint32_t at, len; /* the line to replace; len 0: none */
    bool has_section;
};

static struct setting_place find_place(struct text file, struct text section, struct text name)
{
    struct setting_place place = { .at = file.len };
    const struct text mark = TEXT("\xEF\xBB\xBF"); /* as in config.c */
    bool inside = false;

    for (uint32_t at = text_starts(file, mark) ? mark.len : 0; at < file.len;) {
        struct text line = line_at(file, at), found;

        if (is_section(line, &found))
            inside = text_equal(found, section);
        else if (inside && is_setting(line, name))
            return (struct setting_place){ at, line.len, true };
        at += line.len;
        if (inside && trim_line(line).len) {
            place.at = at;
            place.has_section = true;
        }
    }
    return place;
}

static void write_new(struct text file, struct setting_place place, const char *key, const char *value,
                      struct buffer *to)
{
    int section = (int)strcspn(key, ".");
    struct text before = { place.at, file.at };

    buffer_printf(to, "%.*s", TEXT_ARG(before));
    if (before.len && before.at[before.len - 1] != '\n')
        buffer_add_text(to, "\n");
    if (!place.has_section)
        buffer_printf(to, "%s[%.*s]\n", before.len ? "\n" : "", section, key);
    buffer_printf(to, "%s = %s\n", key + section + 1, value);
    buffer_printf(to, "%.*s", (int)(file.len - place.at - place.len), file.at + place.at + place.len);
}

/* Some values end in a comment, or begin a section or another line: the file is read again before it is written. */
static enum err check_made(const struct paths *paths, struct text made, const char *key, const char *value,
                           struct fault *fault)
{
    struct config *config;

    if (made.len > CONFIG_FILE_BYTES) {
        fault_set(fault, ERR_TOO_LARGE, "loophole.conf would have %u bytes with this value of %s: at most %d are read",
                  made.len, key, CONFIG_FILE_BYTES);
        return fault_hint(fault, "remove comments or settings from the file");
    }
    enum err e = config_parse(paths, made, &config, NULL);
    const struct config_line *line = e == ERR_OK ? config_find(config, text_of(key)) : NULL;
    bool is_same = line && text_is(line->value, value);

    config_free(config);
    return is_same
               ? ERR_OK
               : fault_set(fault, ERR_BAD_REQUEST, "loophole.conf cannot hold the value \"%.60s\" of %s", value, key);
}

static enum err check_value(const char *key, const char *value, struct fault *fault)
{
    const struct setting *setting = setting_named(text_of(key));
    char wanted[SETTING_WANTED];

    if (!setting)
        return setting_unknown(text_of(key), "", fault);
    if (setting_refuses(setting, value, wanted))
        return fault_set(fault, ERR_BAD_REQUEST, "%s cannot be \"%.60s\": expected %s", key, value, wanted);
    return ERR_OK;
}

static enum err write_changed(const struct paths *paths, const char *path, const char *key, const char *value,
                              struct text before, struct fault *fault)
{
    struct text section = { (uint32_t)strcspn(key, "."), key };
    struct buffer made = { 0 };
    enum err e;

    write_new(before, find_place(before, section, text_of(key + section.len + 1)), key, value, &made);
    e = check_made(paths, (struct text){ (uint32_t)made.len, buffer_c(&made) }, key, value, fault);
    if (e == ERR_OK)
        e = file_write_through(path, buffer_bytes(&made), 0600, fault);
    buffer_free(&made);
    return e;
}

enum err config_put(const struct paths *paths, const char *key, const char *value, struct fault *fault)
{
    struct buffer file = { 0 };
    char path[PATH_MAX + 32];
    struct config *config;
    enum err e = check_value(key, value, fault);

    if (e == ERR_OK)
        e = config_load(paths, &config, fault);
    if (e != ERR_OK)
        return e;
    config_free(config);
    (void)snprintf(path, sizeof(path), "%s/loophole.conf", paths->config);
    e = file_read_all(path, CONFIG_FILE_BYTES, &file, fault);
    if (e == ERR_OK || e == ERR_NOT_FOUND)
        e = write_changed(paths, path, key, value, text_of(buffer_c(&file)), fault);
    buffer_free(&file);
    return e;
}
