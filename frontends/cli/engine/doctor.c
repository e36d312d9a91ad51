/* doctor.c: checks the machine and the engine; each finding says what to do. The exit code is that of the worst. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/names.h"
#include "common/shared/board.h"
#include "frontends/cli/base/human.h"
#include "frontends/cli/base/question.h"
#include "frontends/cli/engine/composer_doctor.h"
#include "frontends/cli/engine/doctor_finding.h"
#include "frontends/cli/engine/doctor_sound.h"
#include "frontends/cli/engine/engine_commands.h"
#include "frontends/cli/engine/loopback.h"
#include "frontends/cli/engine/osc.h"
#include "frontends/cli/engine/settings.h"
#include "schema_availability.h"
#include "schema_indexer.h"
#include "schema_project.h"
#include "schema_service.h"
#include "schema_supervisor.h"
#include "store/backup/check_in_child.h"
#include "store/backup/olds.h"
#include "store/check/culprit.h"

static const double LEAST_RECALL = 0.98;

static void look_at_services(struct doctor *doctor)
{
    struct service_lines lines = { 0 };
    struct fault fault = { 0 };

    if (ask(doctor->cli->asker, "supervisor.services", NULL, 2000, NULL, &lines, &fault) != ERR_OK) {
        doctor_finding(doctor, WATCH, "engine", "start it: loophole up", "%s", fault.what);
        return;
    }
    for (uint32_t i = 0; i < lines.each.count; i++) {
        const struct service_line *line = &lines.each.at[i];
        bool ready = line->state.value == RUN_STATE_READY;

        doctor_finding(doctor, ready ? FINE : BAD, "service",
                       "loophole logs SERVICE shows the reason; loophole restart SERVICE", "%.*s is %s%s%.*s",
                       TEXT_ARG(line->service), choice_word(&run_state_table, line->state.value),
                       line->last_death.len ? ", died last of " : "", TEXT_ARG(line->last_death));
    }
}

static void look_at_volumes(struct doctor *doctor)
{
    static const char *const to_do = "loophole volume list; docs/storage.md";
    struct volumes_seen all = { 0 };
    struct fault fault = { 0 };

    if (ask(doctor->cli->asker, "availability.volumes", NULL, 3000, NULL, &all, &fault) != ERR_OK)
        return; /* the service's own finding says why */
    for (uint32_t i = 0; i < all.each.count; i++) {
        const struct volume_seen *seen = &all.each.at[i];
        doctor_finding(doctor, seen->state.value == VOLUME_STATE_HERE && !seen->duplicates.count ? FINE : WATCH,
                       "volume", to_do, "%.*s is %s%s%.*s%s", TEXT_ARG(seen->volume.label),
                       choice_word(&volume_state_table, seen->state.value), seen->why.len ? ": " : "",
                       TEXT_ARG(seen->why), seen->duplicates.count ? "; another volume has its identity" : "");
    }
}

static void nothing_printed(void *state, const char *what)
{
    (void)state, (void)what;
}

/* Checked first, because opening the store would block too. */
static bool is_kept_from_store(struct doctor *doctor)
{
    struct culprit before = culprit_find(&doctor->cli->paths), now;
    char text[CULPRIT_TEXT], hint[100];

    if (before.what == CULPRIT_NONE)
        return false;
    clock_sleep(500000);
    now = culprit_find(&doctor->cli->paths);
    if (!culprit_is_stuck(&before, &now))
        return false;
    snprintf(hint, sizeof hint, "kill -CONT %d continues it; a running engine kills it after 10 s", (int)now.pid);
    doctor_finding(doctor, BAD, "store", hint, "%s", culprit_write(&now, text));
    return true;
}

static void look_at_store(struct doctor *doctor)
{
    struct check_counts counts = { 0 };
    struct fault fault = { 0 };
    uint64_t pages;
    enum err e;

    if (is_kept_from_store(doctor))
        return;
    e = check_in_child(&doctor->cli->paths, false, nothing_printed, NULL, &counts, &pages, &fault);
    if (e == ERR_OFFLINE)
        doctor_finding(doctor, FINE, "store", "", "there is no store yet");
    else if (e != ERR_OK)
        doctor_finding(doctor, BAD, "store", fault.hint, "%s", fault.what);
    else
        doctor_finding(doctor, counts.problems ? BAD : FINE, "store",
                       "loophole store check lists them; restore a backup", "%llu rows, %llu problem%s, %llu pages",
                       (unsigned long long)counts.rows, (unsigned long long)counts.problems,
                       text_plural(counts.problems), (unsigned long long)pages);
}

static void look_at_old_stores(struct doctor *doctor)
{
    struct old_store olds[OLDS_MOST];
    uint32_t count = olds_list(&doctor->cli->paths, olds);

    for (uint32_t i = 0; i < count; i++) {
        struct buffer size = { 0 };

        human_bytes(&size, olds[i].bytes);
        doctor_finding(doctor, WATCH, "old store", "loophole store forget-old removes it, when all is well",
                       "%s in %s takes %s", olds[i].name, doctor->cli->paths.data, buffer_c(&size));
        buffer_free(&size);
    }
}

static void look_at_disk(struct doctor *doctor)
{
    struct statvfs disk;
    struct buffer free_space = { 0 };
    uint64_t bytes;

    if (statvfs(doctor->cli->paths.data, &disk) != 0 && errno == ENOENT) {
        doctor_finding(doctor, WATCH, "home", "loophole up makes it", "there is no %s", doctor->cli->paths.data);
        return;
    }
    if (statvfs(doctor->cli->paths.data, &disk) != 0) {
        doctor_finding(doctor, BAD, "disk", "make it readable", "%s cannot be read", doctor->cli->paths.data);
        return;
    }
    bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    human_bytes(&free_space, bytes);
    doctor_finding(doctor,
                   bytes < 100u << 20 ? BAD
                   : bytes < 1u << 30 ? WATCH
                                      : FINE,
                   "disk", "make room: writes fail when it is full", "%s free in %s", buffer_c(&free_space),
                   doctor->cli->paths.data);
    buffer_free(&free_space);
}

static void look_at_limits(struct doctor *doctor)
{
    struct rlimit files = { 0 };

    getrlimit(RLIMIT_NOFILE, &files);
    doctor_finding(doctor, files.rlim_max < 4096 ? BAD : FINE, "open files",
                   "raise nofile in /etc/security/limits.conf to 65536", "at most %llu",
                   (unsigned long long)files.rlim_max);
}

/* Reads one number from a file below /proc/sys; -1: unreadable. */
static long long kernel_number(const char *path)
{
    struct buffer text = { 0 };
    long long number = -1;

    if (file_read_all(path, 256, &text, NULL) == ERR_OK)
        number = strtoll(buffer_c(&text), NULL, 10);
    buffer_free(&text);
    return number;
}

static void look_at_kernel(struct doctor *doctor)
{
    long long watches = kernel_number("/proc/sys/fs/inotify/max_user_watches");
    long long queues = kernel_number("/proc/sys/fs/mqueue/queues_max");

    doctor_finding(
        doctor, watches >= 0 && watches < 65536 ? WATCH : FINE, "watches",
        "sysctl fs.inotify.max_user_watches=524288; until then large libraries are rescanned instead of watched",
        "%lld folders can be watched", watches);
    doctor_finding(doctor, queues == 0 ? WATCH : FINE, "queues", "sysctl fs.mqueue.queues_max=256",
                   "%lld message queues", queues);
}

static void look_at_memory(struct doctor *doctor)
{
    struct statvfs shm;

    if (statvfs("/dev/shm", &shm) != 0) {
        doctor_finding(doctor, BAD, "shared memory", "mount a tmpfs on /dev/shm", "there is no /dev/shm");
        return;
    }
    doctor_finding(doctor, (uint64_t)shm.f_bavail * shm.f_frsize < 128u << 20 ? WATCH : FINE, "shared memory",
                   "make room in /dev/shm", "%llu MiB free",
                   (unsigned long long)((uint64_t)shm.f_bavail * shm.f_frsize >> 20));
}

static void report_taken(void *state, const char *path, const char *owner)
{
    doctor_finding(state, WATCH, "names", "that user, or root, may remove it; the engine uses another name",
                   "user %s holds %s, a name of this engine", owner, path);
}

static void look_at_names(struct doctor *doctor)
{
    names_each_taken(doctor->cli->paths.data, doctor->cli->paths.tag, report_taken, doctor);
}

static void look_at_sockets(struct doctor *doctor)
{
    const char *runtime = paths_passed_over();
    struct stat run;

    if (runtime)
        doctor_finding(doctor, WATCH, "sockets", "unset XDG_RUNTIME_DIR, or log in as this user instead of su",
                       "XDG_RUNTIME_DIR=%s is ignored: it is not a folder that you own and may write to", runtime);
    if (stat(doctor->cli->paths.run, &run) != 0 && errno == ENOENT) {
        doctor_finding(doctor, FINE, "sockets", "", "there are no sockets yet: %s does not exist",
                       doctor->cli->paths.run);
        return;
    }
    if (stat(doctor->cli->paths.run, &run) != 0 || (run.st_mode & 077) != 0 || run.st_uid != getuid()) {
        doctor_finding(doctor, BAD, "sockets", "chown it to yourself and chmod 700 it", "%s is open to others",
                       doctor->cli->paths.run);
        return;
    }
    doctor_finding(doctor, FINE, "sockets", "", "in %s", doctor->cli->paths.run);
}

/* Reports an entry of the board whose process is alive but has no supervisor. */
static void look_for_orphans(struct doctor *doctor)
{
    struct board *board = NULL;
    struct service_lines lines = { 0 };
    struct fault fault = { 0 };
    struct board_entry *entry;

    if (ask(doctor->cli->asker, "supervisor.services", NULL, 1000, NULL, &lines, &fault) == ERR_OK ||
        board_open(&doctor->cli->paths, &board, &fault) != ERR_OK)
        return;
    for (uint32_t i = 0; (entry = board_at(board, i)) != NULL; i++) {
        int32_t pid = atomic_load(&entry->pid);
        char name[BOARD_NAME_SIZE + 1] = { 0 };

        memcpy(name, entry->name, BOARD_NAME_SIZE);
        if (pid > 0 && board_start_ticks(pid) == atomic_load(&entry->start_ticks))
            doctor_finding(doctor, WATCH, "orphan", "loophole up adopts it", "%s runs as %d with no supervisor", name,
                           (int)pid);
    }
    board_close(board);
}

/* The share of the truly nearest that `similar` finds, where the service has measured it. */
static void look_at_likeness(struct doctor *doctor)
{
    struct service_status status = { 0 };
    struct fault fault = { 0 };

    if (ask(doctor->cli->asker, "search.status", NULL, 1000, NULL, &status, &fault) != ERR_OK || !status.has_recall)
        return;
    doctor_finding(doctor, status.recall >= LEAST_RECALL ? FINE : WATCH, "likeness", "loophole logs search",
                   "%.4f of the nearest are found (measured with %llu search%s)", status.recall,
                   (unsigned long long)status.recall_checks, status.recall_checks == 1 ? "" : "es");
}

static void look_at_crashes(struct doctor *doctor)
{
    char folder[PATH_MAX + 8];
    struct dirent *entry;
    int count = 0;
    DIR *records;

    snprintf(folder, sizeof folder, "%s/crash", doctor->cli->paths.data);
    records = opendir(folder);
    while (records && (entry = readdir(records)) != NULL)
        count += entry->d_name[0] != '.';
    if (records)
        closedir(records);
    doctor_finding(doctor, count ? WATCH : FINE, "crashes", "loophole crash list", "%d death%s on record", count,
                   text_plural((uint64_t)count));
}

/* Missing files and drafts that wait for a person's answer, and autosaves that fail. */
static void look_at_libraries(struct doctor *doctor)
{
    struct libraries list = { 0 };
    struct fault none = { 0 };
    struct buffer command = { 0 };

    if (ask(doctor->cli->asker, "indexer.libraries", NULL, 2000, NULL, &list, &none) != ERR_OK)
        return;
    for (uint32_t i = 0; i < list.asks.count; i++) {
        const struct missing_many *asks = &list.asks.at[i];

        command.len = 0;
        question_command(&command, asks);
        doctor_finding(doctor, WATCH, "library", buffer_c(&command), "%llu of %llu files of %.*s are gone%s",
                       (unsigned long long)asks->missing, (unsigned long long)asks->of, (int)asks->path.len,
                       asks->path.len ? (const char *)asks->path.at : "", asks->lost ? " and marked offline" : "");
    }
    if (list.asks.count == 0)
        doctor_finding(doctor, FINE, "library", "", "%u %s, no question is open", list.each.count,
                       list.each.count == 1 ? "library" : "libraries");
    buffer_free(&command);
}

static void look_at_autosaves(struct doctor *doctor)
{
    struct recoveries all = { 0 };
    struct fault none = { 0 };

    if (ask(doctor->cli->asker, "project.recoveries", NULL, 2000, NULL, &all, &none) != ERR_OK)
        return; /* the service's own finding says why */
    for (uint32_t i = 0; i < all.troubles.count; i++)
        doctor_finding(doctor, WATCH, "autosave", "make its folder writable, or free space; all edits are in the store",
                       "%.*s has no new autosave: %.*s", TEXT_ARG(all.troubles.at[i].name),
                       TEXT_ARG(all.troubles.at[i].why));
    if (all.each.count)
        doctor_finding(doctor, WATCH, "autosave", "loophole project recover lists them",
                       "%u draft%s wait%s for an answer", all.each.count, text_plural(all.each.count),
                       all.each.count == 1 ? "s" : "");
    if (all.each.count + all.troubles.count == 0)
        doctor_finding(doctor, FINE, "autosave", "", "every autosave is written, and none waits for an answer");
}

enum err doctor_run(struct cli *cli, struct fault *fault)
{
    static void (*const looks[])(struct doctor *) = {
        settings_doctor,    look_at_services,  look_at_volumes,      look_for_orphans, look_at_store,
        look_at_old_stores, look_at_names,     look_at_sockets,      look_at_memory,   look_at_limits,
        look_at_kernel,     look_at_disk,      doctor_look_at_sound, osc_doctor,       composer_doctor,
        look_at_autosaves,  look_at_libraries, look_at_crashes,      look_at_likeness
    };
    struct doctor doctor = { cli, FINE };

    doctor_finding(&doctor, FINE, "version", "", "loophole %s", LOOPHOLE_VERSION);
    for (size_t i = 0; !cli->options.loopback && i < sizeof looks / sizeof looks[0]; i++)
        looks[i](&doctor);
    if (cli->options.loopback)
        loopback_doctor(&doctor);
    if (doctor.worst < BAD)
        return ERR_OK;
    return fault_set(fault, ERR_INTERNAL, "some checks failed: the lines that begin with \"bad\" show which");
}
