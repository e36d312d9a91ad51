#include "services/streamer/record/take_name.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "common/file.h"

void take_name_write(const char *name, unsigned attempt, char to[TAKE_NAME_FILE])
{
    char safe[SAFE_NAME_SIZE];

    safe_name_write(text_of(name), safe);
    snprintf(to, TAKE_NAME_FILE, attempt ? "%s %u.wav" : "%s.wav", safe, attempt + 1);
}

/* A FLAC counts as a WAV, because a take may become one. */
static void take_entry(struct safe_names *names, const char *entry)
{
    char extension[TEXT_EXTENSION_SIZE], name[NAME_MAX + 8];
    size_t len = strlen(entry);

    text_extension(bytes_of(entry, len), extension);
    len -= strcmp(extension, "flac") == 0 ? 5 : strcmp(extension, "wav") == 0 ? 4 : 0;
    snprintf(name, sizeof(name), "%.*s.wav", (int)len, entry);
    safe_names_take(names, text_of(name));
}

enum err take_name_find_free(const char *folder, const char *name, unsigned *attempt, struct fault *fault)
{
    struct safe_names names = { 0 };
    char file[TAKE_NAME_FILE];
    DIR *opened = opendir(folder);

    if (!opened)
        return fault_errno(fault, file_err(errno), errno, "cannot read the folder of the take");
    for (struct dirent *entry; (entry = readdir(opened)) != NULL;)
        take_entry(&names, entry->d_name);
    (void)closedir(opened);
    for (; *attempt < TAKE_NAME_ATTEMPTS; ++*attempt) {
        take_name_write(name, *attempt, file);
        if (!safe_names_has(&names, text_of(file)))
            break;
    }
    safe_names_free(&names);
    return ERR_OK;
}
