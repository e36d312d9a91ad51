/* at_call PID CALL COUNT: kills a process before its COUNT-th system call of that kind, in any of its threads. (strace
 * counts the calls of each thread separately, and which thread does a piece of work depends on the moment.) Prints
 * "attached" when it traces all threads. Ends with the process. CALL: rename, link, unlink, sync; or errand: any call
 * of a thread that is neither the main one nor ZeroMQ's. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { CALLS = 3, NONE = -1, ENTRY = 1, STOP_EVENT = 128, OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE };

/* Some architectures have only the calls that end in "at". */
#ifndef SYS_rename
enum { SYS_rename = NONE, SYS_link = NONE, SYS_unlink = NONE };
#endif

#define ERRAND "errand"

static const struct kind {
    const char *name;
    long calls[CALLS];
} kinds[] = {
    { "rename", { SYS_rename, SYS_renameat, SYS_renameat2 } },
    { "link", { SYS_link, SYS_linkat, NONE } },
    { "unlink", { SYS_unlink, SYS_unlinkat, NONE } },
    { "sync", { SYS_fsync, SYS_fdatasync, SYS_syncfs } },
    { ERRAND, { NONE, NONE, NONE } },
};

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

static int does_errands(pid_t pid, pid_t thread)
{
    char path[64], name[32] = "";
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/comm", pid, thread);
    file = fopen(path, "r");
    if (file && !fgets(name, sizeof(name), file))
        name[0] = '\0';
    if (file)
        fclose(file);
    return thread != pid && strncmp(name, "ZMQbg", 5) != 0;
}

/* True if the thread is before a call of that kind; its stop is the entry to a call or the return from one. */
static int is_before(pid_t pid, pid_t thread, const struct kind *kind)
{
    struct __ptrace_syscall_info info = { 0 };

    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof(info), &info) <= 0 || info.op != ENTRY)
        return 0;
    if (strcmp(kind->name, ERRAND) == 0)
        return does_errands(pid, thread);
    for (int i = 0; i < CALLS; i++)
        if ((long)info.entry.nr == kind->calls[i])
            return 1;
    return 0;
}

/* The threads that are made later are traced from their start. Returns false if one is not traced. */
static int trace_threads(pid_t pid)
{
    char path[64];
    struct dirent *entry;
    DIR *tasks;

    snprintf(path, sizeof(path), "/proc/%d/task", pid);
    tasks = opendir(path);
    while (tasks && (entry = readdir(tasks))) {
        pid_t thread = atoi(entry->d_name);
        if (thread <= 0)
            continue;
        if (ptrace(PTRACE_SEIZE, thread, 0, OPTIONS) != 0 || ptrace(PTRACE_INTERRUPT, thread, 0, 0) != 0)
            return 0;
    }
    return tasks && closedir(tasks) == 0;
}

/* Lets a stopped thread go on to its next call, with the signal that stopped it. */
static void let_go(pid_t thread, int status)
{
    int number = WSTOPSIG(status), event = status >> 16;
    int is_own = number == (SIGTRAP | 0x80) || event != 0 || number == SIGTRAP;

    if (event == STOP_EVENT && number != SIGTRAP)
        ptrace(PTRACE_LISTEN, thread, 0, 0); /* the process is stopped by a signal, and stays so */
    else
        ptrace(PTRACE_SYSCALL, thread, 0, is_own ? 0 : number);
}

int main(int argc, char **argv)
{
    const struct kind *kind = argc == 4 ? find_kind(argv[2]) : NULL;
    pid_t pid = kind ? atoi(argv[1]) : 0, thread;
    int left = kind ? atoi(argv[3]) : 0, status;

    if (pid <= 0 || left <= 0 || !trace_threads(pid)) {
        fprintf(stderr, "at_call: cannot trace the process\nUsage: at_call PID rename|link|unlink|sync|errand COUNT\n");
        return 1;
    }
    printf("attached\n");
    fflush(stdout);
    while ((thread = waitpid(-1, &status, __WALL)) > 0) {
        if (thread == pid && !WIFSTOPPED(status))
            return 0;
        if (!WIFSTOPPED(status))
            continue;
        if (WSTOPSIG(status) == (SIGTRAP | 0x80) && is_before(pid, thread, kind) && --left == 0)
            kill(pid, SIGKILL);
        else
            let_go(thread, status);
    }
    return 0;
}
