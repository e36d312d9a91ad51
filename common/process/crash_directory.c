#include "common/process/crash_directory.h"

#include <stdio.h>

#include "common/file.h"

enum err crash_name_directory(const struct paths *paths, char to[CRASH_DIRECTORY_SIZE], struct fault *fault)
{
    int len = snprintf(to, CRASH_DIRECTORY_SIZE, "%s/crash", paths->data);

    if (len < 0 || len >= CRASH_DIRECTORY_SIZE)
        return fault_set(fault, ERR_TOO_LARGE, "the path is too long: %.100s…", paths->data);
    return ERR_OK;
}

enum err crash_directory(const struct paths *paths, char to[CRASH_DIRECTORY_SIZE], struct fault *fault)
{
    enum err e = crash_name_directory(paths, to, fault);

    return e == ERR_OK ? file_make_dirs(to, 0700, fault) : e;
}

enum err crash_open(const struct paths *paths, const char *service, struct fault *fault)
{
    char directory[CRASH_DIRECTORY_SIZE];
    enum err e = crash_directory(paths, directory, fault);

    return e == ERR_OK ? crash_install(directory, service, fault) : e;
}
