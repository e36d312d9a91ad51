#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/latency/bench.h"

typedef void thread_fn(void *state, pid_t process, const char *thread);

static void each_thread(pid_t process, thread_fn *visit, void *state)
{
    char path[64];
    DIR *threads;

    snprintf(path, sizeof(path), "/proc/%d/task", process);
    if (!(threads = opendir(path)))
        bench_fail("process %d has died", process);
    for (struct dirent *entry; (entry = readdir(threads));)
        if (entry->d_name[0] != '.')
            visit(state, process, entry->d_name);
    closedir(threads);
}

static void add_spent(void *state, pid_t process, const char *thread)
{
    double *spent_ns = state, ns;
    char path[300];
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat", process, thread);
    file = fopen(path, "r");
    if (file && fscanf(file, "%lf", &ns) == 1)
        *spent_ns += ns;
    if (file)
        fclose(file);
}

double work_us(pid_t process)
{
    double spent_ns = 0;

    each_thread(process, add_spent, &spent_ns);
    return spent_ns / 1000;
}

static void place_thread(void *state, pid_t process, const char *thread)
{
    (void)process;
    (void)sched_setaffinity((pid_t)strtol(thread, NULL, 10), sizeof(cpu_set_t), state);
}

void work_place(pid_t process, const cpu_set_t *processors)
{
    cpu_set_t to = *processors;

    each_thread(process, place_thread, &to);
}
