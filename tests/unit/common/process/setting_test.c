/* The table of settings, its users, and its page. UPDATE_GOLDEN=1 writes docs/settings.md again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/file.h"
#include "common/process/setting.h"
#include "tests/unit/claim.h"

enum { PAGE_MAX = 1 << 20 };
static const char page[] = "docs/settings.md";

CLAIM(each_default_fits)
{
    char wanted[SETTING_WANTED];

    for (uint32_t i = 0; i < setting_count; i++)
        if (setting_table[i].usual[0] && setting_refuses(&setting_table[i], setting_table[i].usual, wanted))
            fail_msg("%s: %s", setting_table[i].key, wanted);
}

CLAIM(the_rows_are_sorted_and_complete)
{
    for (uint32_t i = 0; i < setting_count; i++) {
        const struct setting *setting = &setting_table[i];

        assert_true(i == 0 || strcmp(setting_table[i - 1].key, setting->key) < 0);
        assert_true((setting->words != NULL) == (setting->kind == SETTING_WORD));
        assert_true((setting->fits != NULL) == (setting->form != NULL));
        assert_true(setting->about[0] && setting->program);
        assert_true(setting->usual[0] || setting->kind >= SETTING_TEXT || strstr(setting->about, "without it"));
    }
}

/* Each key that a getter of the product reads is a row of the table, so that no process ends because of one. */
CLAIM(no_setting_is_read_that_the_table_lacks)
{
    FILE *keys =
        popen("grep -rhoE 'config_(int|int_or|real|bool|text)\\([a-z]+, \"[^\"]+\"' common proto store services "
              "supervisor frontends --include=*.c | sed 's/.*\"\\(.*\\)\"/\\1/'",
              "r");
    char key[100];
    int count = 0;

    assert_non_null(keys);
    for (; fgets(key, sizeof(key), keys); count++) {
        key[strcspn(key, "\n")] = '\0';
        if (!setting_named(text_of(key)))
            fail_msg("%s is read, but is not in the table", key);
    }
    assert_int_equal(pclose(keys), 0);
    assert_true(count > 20);
}

static void write_values(const struct setting *setting, struct buffer *to)
{
    char wanted[SETTING_WANTED] = "";
    /* No setting accepts this value but a text of any form. */
    if (setting->kind >= SETTING_TEXT && !setting->form && setting->least == 0)
        buffer_printf(to, "%s", setting->kind == SETTING_PATH ? "an absolute path" : "text");
    else if (setting_refuses(setting, "?", wanted))
        buffer_printf(to, "%s", wanted);
}

static void write_page(struct buffer *to)
{
    const char *section = "";
    size_t len = 0;

    buffer_printf(
        to, "# Settings\n\n"
            "`loophole.conf` lies in `~/.config/loophole`, or in `LOOPHOLE_HOME/config`. Each setting has a default,\n"
            "so the file may be missing. `loophole up` refuses a file with a mistake and names its line.\n\n"
            "- `loophole config list` shows all settings and their values; `loophole config check` checks the file.\n"
            "- `loophole config set recording.format flac` checks a value and writes it into the file.\n"
            "- A setting takes effect when the program in the last column starts again: `loophole restart streamer`.\n"
            "  `engine` stands for `loophole down` and `loophole up`; without a name it takes effect at once.\n");
    for (uint32_t i = 0; i < setting_count; i++) {
        const struct setting *setting = &setting_table[i];

        if (strncmp(section, setting->key, len) != 0 || setting->key[len] != '.') {
            section = setting->key;
            len = strcspn(section, ".");
            buffer_printf(
                to, "\n## [%.*s]\n\n| name | default | values | meaning | read by |\n| --- | --- | --- | --- | --- |\n",
                (int)len, section);
        }
        buffer_printf(to, "| `%s` | %s | ", setting->key + len + 1, setting->usual[0] ? setting->usual : "–");
        write_values(setting, to);
        buffer_printf(to, " | %s | %s |\n", setting->about, setting->program);
    }
}

CLAIM(the_page_has_the_same_settings)
{
    struct buffer made = { 0 }, kept = { 0 };

    write_page(&made);
    if (getenv("UPDATE_GOLDEN"))
        assert_int_equal(file_write_through(page, buffer_bytes(&made), 0644, NULL), ERR_OK);
    assert_int_equal(file_read_all(page, PAGE_MAX, &kept, NULL), ERR_OK);
    if (strcmp(buffer_c(&made), buffer_c(&kept)) != 0)
        fail_msg("%s differs from the table: UPDATE_GOLDEN=1 writes it", page);
    buffer_free(&made);
    buffer_free(&kept);
}
