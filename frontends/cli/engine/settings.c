#include "frontends/cli/engine/settings.h"

#include <stdlib.h>
#include <string.h>

#include "common/process/config.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/engine/engine_commands.h"

enum { KEY_COLUMN = 30, VALUE_COLUMN = 22 };

static bool is_of_section(const struct setting *setting, const char *section)
{
    size_t len = section ? strlen(section) : 0;

    return len == 0 || (strncmp(setting->key, section, len) == 0 && strchr(".", setting->key[len]));
}

static const char *shown_value(const struct setting *setting, const struct config_line *line)
{
    if (line && setting->is_secret)
        return "(hidden)";
    return line ? line->value.at : *setting->usual ? setting->usual : "-";
}

static void print_setting(struct cli *cli, const struct setting *setting, const struct config_line *line)
{
    struct setting_line json = { .key = text_of(setting->key),
                                 .value = text_of(shown_value(setting, line)),
                                 .usual = text_of(setting->usual),
                                 .is_set = line != NULL,
                                 .program = text_of(setting->program),
                                 .about = text_of(setting->about) };

    if (cli->options.json) {
        (void)cli_json(cli, &setting_line_shape, &json);
        return;
    }
    cli_column(&cli->out, text_of(line ? "*" : ""), 1);
    cli_column(&cli->out, json.key, KEY_COLUMN);
    cli_column(&cli->out, json.value, VALUE_COLUMN);
    cli_print(&cli->out, "%s\n", setting->about);
}

enum err settings_list(struct cli *cli, struct fault *fault)
{
    const char *section = cli->count ? cli->args[0] : NULL;
    struct config *config;
    uint32_t printed = 0;
    enum err e = config_load(&cli->paths, &config, fault);

    if (e != ERR_OK)
        return e;
    for (uint32_t i = 0; i < setting_count; i++)
        if (is_of_section(&setting_table[i], section)) {
            print_setting(cli, &setting_table[i], config_find(config, text_of(setting_table[i].key)));
            printed++;
        }
    config_free(config);
    return printed ? ERR_OK : setting_unknown(text_of(section), "", fault);
}

static void print_mistake(void *state, const struct fault *fault)
{
    struct cli *cli = state;

    cli_print(&cli->out, "%s\n", fault->what);
    if (fault->hint[0])
        cli_print(&cli->out, "  %s\n", fault->hint);
}

enum err settings_check(struct cli *cli, struct fault *fault)
{
    struct config *config;
    uint32_t count;
    enum err e = config_load(&cli->paths, &config, fault);

    if (e != ERR_OK)
        return e;
    count = config_check_all(config, cli->options.json ? NULL : print_mistake, cli);
    config_free(config);
    if (count == 0) {
        cli_none(cli, 0, "loophole.conf has no mistake.");
        return ERR_OK;
    }
    return cli->options.json
               ? config_check_file(&cli->paths, fault)
               : fault_set(fault, ERR_BAD_REQUEST, "loophole.conf has %u mistake%s", count, text_plural(count));
}

enum err settings_get(struct cli *cli, struct fault *fault)
{
    const struct setting *setting = setting_named(text_of(cli->args[0]));
    const struct config_line *line;
    struct config *config;
    enum err e;

    if (!setting)
        return setting_unknown(text_of(cli->args[0]), "", fault);
    if ((e = config_load(&cli->paths, &config, fault)) != ERR_OK)
        return e;
    line = config_find(config, text_of(setting->key));
    if (cli->options.json)
        print_setting(cli, setting, line);
    else
        cli_print(&cli->out, "%s\n", line ? line->value.at : setting->usual);
    config_free(config);
    return ERR_OK;
}

enum err settings_set(struct cli *cli, struct fault *fault)
{
    const struct setting *setting = setting_named(text_of(cli->args[0]));
    struct paths paths;
    enum err e = paths_find(&paths, fault); /* makes the folder */

    if (e == ERR_OK)
        e = config_put(&paths, cli->args[0], cli->args[1], fault);
    if (e != ERR_OK || !setting || cli->options.json)
        return e;
    if (strcmp(setting->program, "engine") == 0)
        cli_print(&cli->out, "%s is set. It takes effect after: loophole down; loophole up\n", setting->key);
    else if (setting->program[0])
        cli_print(&cli->out, "%s is set. It takes effect after: loophole restart %s\n", setting->key, setting->program);
    else
        cli_print(&cli->out, "%s is set.\n", setting->key);
    return ERR_OK;
}

static void print_finding(void *state, const struct fault *fault)
{
    doctor_finding(state, WATCH, "settings", fault->hint[0] ? fault->hint : "correct that line of loophole.conf", "%s",
                   fault->what);
}

void settings_doctor(struct doctor *doctor)
{
    struct config *config;
    struct fault fault = { 0 };

    if (config_load(&doctor->cli->paths, &config, &fault) != ERR_OK)
        print_finding(doctor, &fault);
    else
        (void)config_check_all(config, print_finding, doctor);
    config_free(config);
}
