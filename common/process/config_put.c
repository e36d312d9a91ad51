#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/buffer.h"
#include "common/file.h"
#include "common/process/config.h"
#include "common/text.h"

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
