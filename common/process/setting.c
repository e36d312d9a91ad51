#include "common/process/setting.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct setting *setting_named(struct text key)
{
    for (uint32_t i = 0; i < setting_count; i++)
        if (text_is(key, setting_table[i].key))
            return &setting_table[i];
    return NULL;
}

const struct setting *setting_known(const char *key)
{
    const struct setting *setting = setting_named(text_of(key));

    if (!setting)
        abort();
    return setting;
}

int setting_switch(const char *value)
{
    static const char *const words[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };

    for (int i = 0; i < (int)(sizeof(words) / sizeof(*words)); i++)
        if (strcasecmp(value, words[i]) == 0)
            return i % 2;
    return -1;
}

/* ---- values ---- */

static bool is_whole(const struct setting *setting, const char *value)
{
    char *end;

    errno = 0;
    long long number = strtoll(value, &end, 10);
    return errno == 0 && end != value && *end == '\0' && number >= (long long)setting->least &&
           number <= (long long)setting->most;
}

static bool is_real(const struct setting *setting, const char *value)
{
    char *end;
    double number = strtod(value, &end);

    return end != value && *end == '\0' && isfinite(number) && number >= setting->least && number <= setting->most;
}

static bool is_word(const struct setting *setting, const char *value)
{
    size_t len = strlen(value);

    for (const char *at = setting->words; *at;) {
        size_t word = strcspn(at, " ");

        if (word == len && strncmp(at, value, len) == 0)
            return true;
        at += word + (at[word] == ' ');
    }
    return false;
}

static bool has_length(const struct setting *setting, const char *value)
{
    size_t len = strlen(value);

    return len >= (size_t)setting->least && len <= (size_t)setting->most;
}

static bool fits_kind(const struct setting *setting, const char *value)
{
    switch (setting->kind) {
    case SETTING_WHOLE:
        return is_whole(setting, value);
    case SETTING_REAL:
        return is_real(setting, value);
    case SETTING_SWITCH:
        return setting_switch(value) >= 0;
    case SETTING_WORD:
        return is_word(setting, value);
    case SETTING_TEXT:
        return has_length(setting, value);
    case SETTING_PATH:
        return value[0] == '/' && has_length(setting, value);
    }
    return false;
}

/* "a b c" as "a, b or c" */
static void write_words(const char *words, char wanted[SETTING_WANTED])
{
    size_t used = 0;

    while (*words && used < SETTING_WANTED - 1) {
        size_t len = strcspn(words, " ");
        const char *rest = words + len + (words[len] == ' ');
        const char *after = !*rest ? "" : strchr(rest, ' ') ? ", " : " or ";

        used += (size_t)snprintf(wanted + used, SETTING_WANTED - used, "%.*s%s", (int)len, words, after);
        words = rest;
    }
}

static void write_wanted(const struct setting *setting, char wanted[SETTING_WANTED])
{
    if (setting->form)
        (void)snprintf(wanted, SETTING_WANTED, "%s", setting->form);
    else if (setting->kind == SETTING_WORD)
        write_words(setting->words, wanted);
    else if (setting->kind == SETTING_SWITCH)
        (void)snprintf(wanted, SETTING_WANTED, "yes or no");
    else if (setting->kind == SETTING_WHOLE)
        (void)snprintf(wanted, SETTING_WANTED, "a whole number from %.0f to %.0f", setting->least, setting->most);
    else if (setting->kind == SETTING_REAL)
        (void)snprintf(wanted, SETTING_WANTED, "a number from %g to %g", setting->least, setting->most);
    else if (setting->kind == SETTING_PATH)
        (void)snprintf(wanted, SETTING_WANTED, "an absolute path of at most %.0f bytes", setting->most);
    else if (setting->least > 0)
        (void)snprintf(wanted, SETTING_WANTED, "%.0f to %.0f bytes", setting->least, setting->most);
    else
        (void)snprintf(wanted, SETTING_WANTED, "at most %.0f bytes", setting->most);
}

bool setting_refuses(const struct setting *setting, const char *value, char wanted[SETTING_WANTED])
{
    bool is_unset = *value == '\0' && *setting->usual == '\0' && setting->kind >= SETTING_TEXT;

    if (is_unset || (fits_kind(setting, value) && (!setting->fits || setting->fits(value))))
        return false;
    write_wanted(setting, wanted);
    return true;
}

/* ---- unknown keys ---- */

static struct text section_of(struct text key)
{
    const char *dot = key.len ? memchr(key.at, '.', key.len) : NULL;

    return (struct text){ dot ? (uint32_t)(dot - key.at) : 0, key.at };
}

static struct text name_of(struct text key)
{
    uint32_t start = section_of(key).len;

    start += start < key.len && key.at[start] == '.';
    return (struct text){ key.len - start, key.at + start };
}

static bool is_section(struct text name)
{
    for (uint32_t i = 0; i < setting_count; i++)
        if (text_equal(section_of(text_of(setting_table[i].key)), name))
            return true;
    return false;
}

/* The name counts most: a right name in a wrong section is nearer than another name in the right one. */
static const struct setting *find_nearest(struct text key)
{
    const struct setting *found = NULL;
    uint32_t best = key.len / 3 + 2;

    for (uint32_t i = 0; i < setting_count; i++) {
        struct text other = text_of(setting_table[i].key);
        uint32_t names = text_distance(name_of(key), name_of(other));
        uint32_t sections = text_distance(section_of(key), section_of(other));
        uint32_t distance = 2 * names + (sections < 2 ? sections : 2);

        if (names <= name_of(key).len / 2 && distance < best) {
            best = distance;
            found = &setting_table[i];
        }
    }
    return found;
}

enum err setting_unknown(struct text key, const char *place, struct fault *fault)
{
    const struct setting *near = find_nearest(key);
    struct text section = section_of(key), name = name_of(key), to = near ? text_of(near->key) : TEXT("");

    if (section.len && !is_section(section))
        fault_set(fault, ERR_BAD_REQUEST, "%sthere is no section [%.*s]", place,
                  (int)(section.len < 60 ? section.len : 60), section.at);
    else
        fault_set(fault, ERR_BAD_REQUEST, "%sthere is no setting \"%.*s\"%s%.*s%s", place,
                  (int)(name.len < 60 ? name.len : 60), name.at, section.len ? " in [" : " outside of a section",
                  TEXT_ARG(section), section.len ? "]" : "");
    if (!fault)
        return ERR_BAD_REQUEST;
    if (!near)
        return fault_hint(fault, "`loophole config list` shows all settings");
    return fault_hint(fault, "did you mean %.*s in the section [%.*s]?", TEXT_ARG(name_of(to)),
                      TEXT_ARG(section_of(to)));
}
