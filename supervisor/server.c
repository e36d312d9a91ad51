#include "supervisor/server.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "supervisor/jackd.h"

enum { GONE_US = 3000000, RETRY_US = 5000000, LOG_MAX = 1 << 20, QUICK_DEATHS = 2 };

#define SERVER_VARIABLE "JACK_DEFAULT_SERVER"

/* ---- choice ---- */

static void use_server(struct server *server, enum server_kind kind, const char *device, const char *alarm)
{
    server->kind = kind;
    (void)snprintf(server->device, sizeof(server->device), "%s", device);
    (void)snprintf(server->alarm, sizeof(server->alarm), "%s", alarm);
}

static bool has_jackd(struct server *server)
{
    return device_program("jackd", server->jackd);
}

static void use_own(struct server *server, const char *device, bool by_choice)
{
    if (!has_jackd(server))
        use_server(server, SERVER_NONE, "", "no sound: jackd is not installed (apt-get install jackd2)");
    else if (strcmp(device, "dummy") != 0)
        use_server(server, SERVER_OWN, device, "");
    else if (by_choice)
        use_server(server, SERVER_OWN, device, "silent: JACK runs its dummy driver, as configured");
    else
        use_server(server, SERVER_OWN, device,
                   "silent: no sound card can be used, so JACK runs its dummy driver; see `loophole audio devices`");
}

static void use_pipewire(struct server *server)
{
    if (device_program("pw-jack", server->wrapper))
        use_server(server, SERVER_PIPEWIRE, "pipewire",
                   device_pipewire_runs() ? "" : "no sound: PipeWire is not running");
    else
        use_server(server, SERVER_NONE, "", "no sound: pw-jack is not installed (apt-get install pipewire-jack)");
}

static void use_running(struct server *server, const char *device)
{
    const char *name = device[4] == ':' ? device + 5 : "";

    use_server(server, SERVER_RUNNING, device,
               device_server_runs(name) ? "" : "no sound: that JACK server is not running");
}

/* Uses the best device, but no card that jackd could not open. */
static void use_best(struct server *server)
{
    struct device devices[DEVICES];
    const struct device *best = device_best(devices, device_list(devices), &server->refusals);
    const char *name = best ? best->name : "dummy";

    if (strcmp(name, "jack") == 0)
        use_running(server, name);
    else if (strcmp(name, "pipewire") == 0)
        use_pipewire(server);
    else
        use_own(server, name, false);
}

static void choose_server(struct server *server)
{
    const char *device = server->world->settings.audio.device;

    if (strcmp(device, "auto") == 0)
        use_best(server);
    else if (strcmp(device, "pipewire") == 0)
        use_pipewire(server);
    else if (strncmp(device, "jack", 4) == 0)
        use_running(server, device);
    else
        use_own(server, device, true);
    log_info("sound: %s%s%s", *server->device ? server->device : "none", *server->alarm ? ": " : "", server->alarm);
}

/* ---- start ---- */

static bool may_be_realtime(void)
{
    struct rlimit limit = { 0 };

    return geteuid() == 0 || (getrlimit(RLIMIT_RTPRIO, &limit) == 0 && limit.rlim_max > 0);
}

/* Without -S jackd runs asynchronously: a client that dies does not stop the others. With -X seq the MIDI devices of
 * the machine are ports of JACK, also those that are plugged in later; without a sequencer jackd only logs that. */
static void write_arguments(struct server *server)
{
    const struct settings_audio *audio = &server->world->settings.audio;
    bool is_alsa = strncmp(server->device, "alsa:", 5) == 0;
    const char *const all[] = { "-n",
                                server->words[0],
                                may_be_realtime() ? "-R" : "-r",
                                "-p",
                                "512",
                                "-d",
                                is_alsa ? "alsa" : "dummy",
                                "-r",
                                server->words[1],
                                "-p",
                                server->words[2],
                                is_alsa ? "-X" : NULL,
                                "seq",
                                "-d",
                                server->device + 5,
                                NULL };

    _Static_assert(sizeof(all) <= sizeof(server->arguments), "room for all");
    (void)snprintf(server->words[0], sizeof(server->words[0]), "%s", server->name);
    (void)snprintf(server->words[1], sizeof(server->words[1]), "%u", audio->rate);
    (void)snprintf(server->words[2], sizeof(server->words[2]), "%u", audio->period);
    memcpy(server->arguments, all, sizeof(all));
}

/* Sets the environment of all clients that the supervisor starts from now on. */
static void set_environment(struct server *server)
{
    const char *const own_or_named = *server->name ? server->name : server->users_server;

    if (own_or_named && server->kind != SERVER_PIPEWIRE)
        setenv(SERVER_VARIABLE, own_or_named, 1);
    else
        unsetenv(SERVER_VARIABLE);
    server->world->wrapper = server->kind == SERVER_PIPEWIRE ? server->wrapper : NULL;
}

/* JACK 2 names the sockets of servers and clients in the same way, so a client with the name of its server would take
 * the server's socket. Our client is loophole-STUDIO. JACK keeps the names of killed servers and has room for eight, so
 * the name of our server does not change. */
static void name_own(const struct paths *paths, char to[SERVER_NAME])
{
    (void)snprintf(to, SERVER_NAME, "loophole-%s-server", paths->studio);
}

static void name_server(struct server *server)
{
    server->name[0] = '\0';
    if (server->kind == SERVER_OWN)
        name_own(server->world->paths, server->name);
    else if (server->kind == SERVER_RUNNING && server->device[4] == ':')
        (void)snprintf(server->name, sizeof(server->name), "%s", server->device + 5);
}

static void set_up(struct server *server)
{
    name_server(server);
    set_environment(server);
    write_arguments(server);
    server->row = (struct table_row){ .name = "jack",
                                      .program = server->jackd,
                                      .never_quarantined = true,
                                      .hang_ms = 1700,
                                      .when = TABLE_SOUND,
                                      .is_foreign = true,
                                      .arguments = server->arguments };
    server->child->row = &server->row;
    server->child->world = server->world;
    server->child->is_away = server->kind != SERVER_OWN;
    server->gone = 0;
}

/* True if clients now need another server, or another wrapper. */
static bool decide_server(struct server *server)
{
    enum server_kind kind = server->kind;
    char name[sizeof(server->name)];

    (void)snprintf(name, sizeof(name), "%s", server->name);
    choose_server(server);
    set_up(server);
    return strcmp(name, server->name) != 0 || (kind == SERVER_PIPEWIRE) != (server->kind == SERVER_PIPEWIRE);
}

/* ---- a predecessor's server ---- */

static int32_t find_own(const struct paths *paths)
{
    char name[SERVER_NAME];

    name_own(paths, name);
    return jackd_find(name);
}

bool server_is_left(const struct paths *paths)
{
    return find_own(paths) != 0;
}

/* A server whose board died with its supervisor is not on the board, but occupies the server's name. It is written on
 * the board again, and adopted from there like any other survivor. Returns the survivor's pid; 0: there is none. */
static int32_t put_on_board(const struct child_world *world)
{
    struct board_entry *entry = board_entry(world->board, "jack", true);
    struct spawn adopted;
    int32_t pid;

    if (!entry)
        return 0;
    if (spawn_adopt(entry, &adopted)) {
        close(adopted.pidfd);
        return adopted.pid;
    }
    pid = find_own(world->paths);
    if (pid == 0)
        return 0;
    log_warn("jack[%d] is not on the board: adopted again", (int)pid);
    board_claim_for(entry, pid, board_start_ticks(pid));
    return pid;
}

/* A predecessor's jackd may have another device than the one chosen now: a card was busy, or the settings were changed.
 * It goes on with its device, as it would if the predecessor lived. */
static void keep_device(struct server *server, int32_t pid)
{
    const char *setting = server->world->settings.audio.device;
    char device[DEVICE_NAME];

    if (server->kind != SERVER_OWN || pid == 0 || !jackd_device(pid, device) || strcmp(device, server->device) == 0)
        return;
    use_own(server, device, strcmp(setting, device) == 0);
    write_arguments(server);
    log_info("sound: jack[%d] runs already with %s", (int)pid, device);
}

static void end_stray(const struct child_world *world)
{
    struct board_entry *entry = board_entry(world->board, "jack", false);
    struct spawn stray;
    siginfo_t info;

    if (!entry || !spawn_adopt(entry, &stray))
        return;
    spawn_signal(&stray, SIGTERM);
    if (!spawn_is_dead(&stray, GONE_US))
        spawn_signal(&stray, SIGKILL);
    (void)spawn_bury(&stray, &info);
    board_clear(entry);
}

void server_end_left(const struct child_world *world)
{
    if (server_is_left(world->paths) && put_on_board(world) != 0)
        end_stray(world);
}

void server_open(struct server *server, struct child_world *world, struct child *child)
{
    const char *users = getenv(SERVER_VARIABLE);

    *server = (struct server){ .world = world, .child = child, .users_server = users ? alloc_text(users) : NULL };
    (void)decide_server(server);
    keep_device(server, put_on_board(world));
    if (child->is_away) /* the device may have been changed meanwhile */
        end_stray(world);
}

bool server_use(struct server *server)
{
    bool ran = server->child->process.pid != 0, other;

    server->refusals.count = 0;
    other = decide_server(server);
    if (ran && server->child->is_away)
        child_shut(server->child);
    else
        child_restart(server->child);
    return other;
}

/* ---- watching ---- */

static void look_at_own(struct server *server)
{
    struct child *child = server->child;
    char log[PATH_MAX + 16];
    struct stat st;

    if (child->entry && child->state == CHILD_UP && !child->ready_at && device_server_runs(server->name))
        board_state(child->entry, BOARD_READY);
    (void)snprintf(log, sizeof(log), "%s/jack.log", server->world->paths->logs);
    if (stat(log, &st) == 0 && st.st_size > LOG_MAX && truncate(log, 0) != 0)
        log_warn("cannot shorten %s", log);
}

static void end_alarm(struct server *server)
{
    if (*server->alarm)
        log_info("sound: %s", server->device);
    server->alarm[0] = '\0';
}

/* If jackd cannot open a card, the next one is tried. */
static bool give_up_card(struct server *server)
{
    (void)snprintf(server->alarm, sizeof(server->alarm), "no sound: jackd cannot open %s; see `loophole logs jack`",
                   server->device);
    if (strcmp(server->world->settings.audio.device, "auto") != 0)
        return false;
    log_warn("%s", server->alarm);
    device_refuse(&server->refusals, server->device);
    server->child->policy = (struct policy){ 0 };
    return decide_server(server);
}

static bool look_at_card(struct server *server)
{
    struct child *child = server->child;

    if (strncmp(server->device, "alsa:", 5) != 0)
        return false;
    if (child->state == CHILD_UP && child->ready_at)
        end_alarm(server);
    else if (child->policy.quick >= QUICK_DEATHS)
        return give_up_card(server);
    return false;
}

static bool server_runs(const struct server *server)
{
    if (server->kind == SERVER_PIPEWIRE)
        return device_pipewire_runs();
    return server->kind == SERVER_RUNNING && device_server_runs(server->name);
}

/* A server of another program may return, so the supervisor waits a while before it chooses another. Without any server
 * it chooses again regularly. */
static bool look_at_others(struct server *server, usec_t now)
{
    usec_t patience = server->kind == SERVER_NONE ? RETRY_US : GONE_US;
    bool other;

    if (server_runs(server)) {
        server->gone = 0;
        end_alarm(server);
        return false;
    }
    server->gone = server->gone ? server->gone : now;
    if (now - server->gone < patience)
        return false;
    other = decide_server(server);
    if (!server->child->is_away)
        child_start(server->child);
    return other;
}

bool server_look(struct server *server, usec_t now)
{
    if (server->kind == SERVER_OWN) {
        look_at_own(server);
        return look_at_card(server);
    }
    if (now - server->looked < 1000000)
        return false;
    server->looked = now;
    return look_at_others(server, now);
}

/* ---- leftovers ---- */

/* Sockets and semaphores of a killed jackd and its clients occupy their names. The next jackd of any name frees the
 * memory of a killed one, whose pid it finds dead. */
static bool is_ours(const struct paths *paths, const char *entry)
{
    char socket[96], semaphore[96];

    (void)snprintf(socket, sizeof(socket), "jack_loophole-%s", paths->studio);
    (void)snprintf(semaphore, sizeof(semaphore), "jack_sem.%u_loophole-%s", getuid(), paths->studio);
    return strncmp(entry, socket, strlen(socket)) == 0 || strncmp(entry, semaphore, strlen(semaphore)) == 0;
}

void server_sweep(const struct paths *paths)
{
    DIR *folder = opendir("/dev/shm");
    struct dirent *entry;
    char path[PATH_MAX];

    while (folder && (entry = readdir(folder)) != NULL) {
        if (!is_ours(paths, entry->d_name))
            continue;
        (void)snprintf(path, sizeof(path), "/dev/shm/%s", entry->d_name);
        (void)unlink(path);
    }
    if (folder)
        closedir(folder);
}

void server_shut(struct server *server)
{
    if (!server->world)
        return;
    server_sweep(server->world->paths);
    free((void *)(uintptr_t)server->users_server);
}
