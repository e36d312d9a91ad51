/* The mount table of a machine, and of a chroot. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "services/availability/mounts/volume.h"
#include "tests/unit/claim.h"

enum { ONE_ROOT, NOT_ONE, NO_NAMESPACE };

/* Returns ONE_ROOT if the table has exactly one line for "/", with its device. */
static int read_root(void)
{
    struct mount_lines lines;
    struct fault fault;
    struct stat st;
    int roots = 0;

    if (stat("/", &st) != 0 || volume_read_mounts(&lines, &fault) != ERR_OK)
        return NOT_ONE;
    for (uint32_t i = 0; i < lines.count; i++)
        if (strcmp(lines.at[i].target, "/") == 0)
            roots += lines.at[i].device == st.st_dev && !lines.at[i].is_special ? 1 : 2;
    return roots == 1 ? ONE_ROOT : NOT_ONE;
}

/* In a namespace of its own, so that the mount ends with it. */
static int read_root_inside(const char *folder)
{
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || chdir(folder) != 0 ||
        mkdir("proc", 0700) != 0 || mount("/proc", "proc", NULL, MS_BIND | MS_REC, NULL) != 0 || chroot(".") != 0)
        return NO_NAMESPACE;
    return read_root();
}

CLAIM(a_root_that_is_no_mount_has_a_line_of_its_device)
{
    char folder[] = "/tmp/volume_test.XXXXXX", proc[sizeof(folder) + 5];
    int status;

    assert_non_null(mkdtemp(folder));
    snprintf(proc, sizeof(proc), "%s/proc", folder);
    pid_t child = fork();
    if (child == 0)
        _exit(read_root_inside(folder));
    assert_int_equal(waitpid(child, &status, 0), child);
    (void)rmdir(proc);
    assert_int_equal(rmdir(folder), 0);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == NO_NAMESPACE)
        skip();
    assert_int_equal(WEXITSTATUS(status), ONE_ROOT);
}
