#include "supervisor/jackd.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/file.h"

enum { COMMAND_MAX = 16384 };

/* Returns the next word of a command line, whose words each end with a zero; NULL: none. */
static const char *next_word(struct buffer *line, const char *word)
{
    const char *next = word + strlen(word) + 1;

    return next < buffer_c(line) + line->len ? next : NULL;
}

/* Returns the word after `option`, searched from `word` on; NULL: none. */
static const char *find_value(struct buffer *line, const char *word, const char *option)
{
    while (word && strcmp(word, option) != 0)
        word = next_word(line, word);
    return word ? next_word(line, word) : NULL;
}

static bool read_command(const char *pid, struct buffer *line)
{
    char path[PATH_MAX];
    struct stat st;

    (void)snprintf(path, sizeof(path), "/proc/%.32s/cmdline", pid);
    return stat(path, &st) == 0 && st.st_uid == geteuid() && file_read_all(path, COMMAND_MAX, line, NULL) == ERR_OK &&
           line->len > 0;
}

/* Recognises "jackd … -n NAME …" of this user. */
static bool serves_name(const char *pid, const char *name)
{
    struct buffer line = { 0 };
    const char *program, *given = NULL;

    if (read_command(pid, &line)) {
        program = strrchr(buffer_c(&line), '/') ? strrchr(buffer_c(&line), '/') + 1 : buffer_c(&line);
        given = strcmp(program, "jackd") == 0 ? find_value(&line, buffer_c(&line), "-n") : NULL;
    }
    bool found = given && strcmp(given, name) == 0;
    buffer_free(&line);
    return found;
}

bool jackd_device(int32_t pid, char to[DEVICE_NAME])
{
    struct buffer line = { 0 };
    char number[16];
    const char *driver = NULL, *card = NULL;

    (void)snprintf(number, sizeof(number), "%d", (int)pid);
    to[0] = '\0';
    if (read_command(number, &line))
        driver = find_value(&line, buffer_c(&line), "-d");
    if (driver && strcmp(driver, "dummy") == 0)
        (void)snprintf(to, DEVICE_NAME, "dummy");
    else if (driver && strcmp(driver, "alsa") == 0 && (card = find_value(&line, driver, "-d")))
        (void)snprintf(to, DEVICE_NAME, "alsa:%s", card);
    buffer_free(&line);
    return *to != '\0';
}

int32_t jackd_find(const char *name)
{
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    int32_t pid = 0;

    while (folder && pid == 0 && (entry = readdir(folder)) != NULL)
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && serves_name(entry->d_name, name))
            pid = (int32_t)strtol(entry->d_name, NULL, 10);
    if (folder)
        closedir(folder);
    return pid;
}
