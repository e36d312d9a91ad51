#include "supervisor/evict.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/process/log.h"
#include "proto/transport/lock.h"

enum { PATIENCE_US = 2000000, FORCE_US = 7000000, GIVE_UP_US = 12000000, TURN_US = 100000, LOCK_FILE_MAX = 64 };

static pid_t pid_in_lock(const struct paths *paths, const char *service)
{
    struct buffer text = { 0 };
    char path[PATH_MAX + 64];
    long pid = 0;

    (void)snprintf(path, sizeof(path), "%s/%s.lock", paths->run, service);
    if (file_read_all(path, LOCK_FILE_MAX, &text, NULL) == ERR_OK)
        pid = strtol(buffer_c(&text), NULL, 10);
    buffer_free(&text);
    return pid > 1 && pid <= INT32_MAX ? (pid_t)pid : 0;
}

static bool runs_program(pid_t pid, const char *program)
{
    char link[64], path[PATH_MAX];
    const char *name;
    ssize_t len;

    (void)snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
    len = readlink(link, path, sizeof(path) - 1);
    if (len <= 0)
        return false;
    path[len] = '\0';
    name = strrchr(path, '/');
    return name && strncmp(name + 1, program, strlen(program)) == 0;
}

void evict_holder(const struct paths *paths, const struct table_row *row, usec_t blocked)
{
    pid_t pid = blocked > PATIENCE_US ? pid_in_lock(paths, row->name) : 0;

    if (pid == 0 || !runs_program(pid, row->program))
        return;
    log_warn("%s[%d] is no child of this supervisor: %s", row->name, (int)pid,
             blocked > FORCE_US ? "killed" : "stopped");
    kill(pid, blocked > FORCE_US ? SIGKILL : SIGTERM);
}

void evict_now(const struct paths *paths, const struct table_row *row)
{
    const usec_t began = clock_steady() - PATIENCE_US - 1;
    usec_t blocked;

    while (lock_is_held(paths, row->name) && (blocked = clock_steady() - began) < GIVE_UP_US) {
        evict_holder(paths, row, blocked);
        clock_sleep(TURN_US);
    }
}
