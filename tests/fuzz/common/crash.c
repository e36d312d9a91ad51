/* Any bytes as a crash record: skipped, or reported as they are; the supervisor's additions make it a valid record. */
#include "common/crash.h"

#include <stdio.h>
#include <string.h>

#include "common/process/crash_directory.h"
#include "common/process/crash_list.h"
#include "tests/fuzz/fuzz.h"

static void is_told(const struct paths *paths)
{
    struct crash_list list = { 0 };
    struct arena arena = { 0 };

    holds(crash_list(paths, &arena, &list, NULL) == ERR_OK && list.count <= 1);
    for (uint32_t i = 0; i < list.count; i++)
        holds(list.at[i].pid > 0 && list.at[i].service.len > 0 && list.at[i].whole.len >= list.at[i].service.len);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct paths *paths = fuzz_home();
    const struct death death = { .service = "persist", .pid = 7, .how = "signal 9 (SIGKILL)" };
    char directory[CRASH_DIRECTORY_SIZE], path[PATH_MAX];
    struct buffer record = { 0 };

    holds(crash_directory(paths, directory, NULL) == ERR_OK);
    holds(snprintf(path, sizeof(path), "%s/persist-7-1.txt", directory) < PATH_MAX);
    buffer_add(&record, bytes, len);
    FILE *file = fopen(path, "w");
    holds(file && fwrite(buffer_c(&record), 1, record.len, file) == record.len && fclose(file) == 0);
    is_told(paths);
    if (!strstr(buffer_c(&record), "\nended: "))
        holds(crash_list_add(paths, &death, NULL) == ERR_OK);
    is_told(paths);
    buffer_free(&record);
    return 0;
}
