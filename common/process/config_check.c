#include <stdio.h>
#include <string.h>

#include "common/process/config.h"

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
