#include "frontends/cli/base/desktop.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include "common/clock.h"

extern char **environ;

enum { WAIT_US = 10000000, LOOK_US = 2000 };

bool desktop_run(char *const argv[])
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    usec_t end = clock_steady() + WAIT_US;
    pid_t pid = 0, ended = 0;
    int status = 0, failed;

    posix_spawn_file_actions_init(&files);
    for (int i = 0; i < 3; i++)
        posix_spawn_file_actions_addopen(&files, i, "/dev/null", O_RDWR, 0);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    failed = posix_spawnp(&pid, argv[0], &files, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    while (!failed && (ended = waitpid(pid, &status, WNOHANG)) == 0 && clock_steady() < end)
        clock_sleep(LOOK_US);
    return !failed && (ended == 0 || (ended == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0));
}
