#include "supervisor/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/file.h"
#include "common/text.h"

enum { PROC_MAX = 65536 };

/* ---- running servers ---- */

static bool socket_answers(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool does = fd >= 0 && strlen(path) < sizeof(address.sun_path);

    if (does) {
        strcpy(address.sun_path, path);
        does = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    }
    if (fd >= 0)
        close(fd);
    return does;
}

/* The socket of JACK 2 (1.9.21) is /dev/shm/jack_SERVER_UID_0. */
bool device_server_runs(const char *server)
{
    char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "/dev/shm/jack_%s_%u_0", *server ? server : "default", getuid());
    return socket_answers(path);
}

bool device_pipewire_runs(void)
{
    const char *run = getenv("XDG_RUNTIME_DIR");
    char path[PATH_MAX];

    if (!run || (size_t)snprintf(path, sizeof(path), "%s/pipewire-0", run) >= sizeof(path))
        return false;
    return socket_answers(path);
}

bool device_program(const char *name, char path[PATH_MAX])
{
    const char *at = getenv("PATH");

    for (at = at && *at ? at : "/usr/local/bin:/usr/bin:/bin"; *at; at += strspn(at, ":")) {
        int len = (int)strcspn(at, ":");

        if (snprintf(path, PATH_MAX, "%.*s/%s", len, at, name) < PATH_MAX && path[0] == '/' && access(path, X_OK) == 0)
            return true;
        at += len;
    }
    return false;
}

/* ---- sound cards ---- */

/* Parses " 0 [PCH            ]: HDA-Intel - HDA Intel PCH". */
static bool read_card(const char *line, unsigned *number, char id[32], char about[DEVICE_ABOUT])
{
    const char *dash;

    if (sscanf(line, " %u [%31[^] ] ]:", number, id) != 2)
        return false;
    dash = strstr(line, " - ");
    (void)snprintf(about, DEVICE_ABOUT, "%.*s", dash ? (int)strcspn(dash + 3, "\n") : 0, dash ? dash + 3 : "");
    return true;
}

/* Parses "00-00: ALC256 Analog : ALC256 Analog : playback 1 : capture 1". */
static bool card_plays(const char *pcm, unsigned card)
{
    unsigned number, device;

    for (const char *line = pcm; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        char text[256];

        (void)snprintf(text, sizeof(text), "%.*s", (int)strcspn(line, "\n"), line);
        if (sscanf(text, "%u-%u:", &number, &device) == 2 && number == card && strstr(text, "playback"))
            return true;
    }
    return false;
}

uint32_t device_read_cards(const char *cards, const char *pcm, struct device devices[DEVICES], uint32_t count)
{
    for (const char *line = cards; *line && count < DEVICES; line += strcspn(line, "\n"), line += *line == '\n') {
        struct device *to = &devices[count];
        unsigned number;
        char id[32];

        if (!read_card(line, &number, id, to->about) || !card_plays(pcm, number))
            continue;
        (void)snprintf(to->name, sizeof(to->name), "alsa:hw:%s", id);
        count++;
    }
    return count;
}

static uint32_t list_cards(struct device devices[DEVICES], uint32_t count)
{
    struct buffer cards = { 0 }, pcm = { 0 };

    if (file_read_all("/proc/asound/cards", PROC_MAX, &cards, NULL) == ERR_OK &&
        file_read_all("/proc/asound/pcm", PROC_MAX, &pcm, NULL) == ERR_OK)
        count = device_read_cards(buffer_c(&cards), buffer_c(&pcm), devices, count);
    buffer_free(&cards);
    buffer_free(&pcm);
    return count;
}

static uint32_t add_device(struct device devices[DEVICES], uint32_t count, const char *name, const char *about)
{
    if (count == DEVICES)
        return count;
    (void)snprintf(devices[count].name, DEVICE_NAME, "%s", name);
    (void)snprintf(devices[count].about, DEVICE_ABOUT, "%s", about);
    return count + 1;
}

uint32_t device_list(struct device devices[DEVICES])
{
    char path[PATH_MAX];
    uint32_t count = 0;

    if (device_server_runs(""))
        count = add_device(devices, count, "jack", "the running JACK server");
    if (device_pipewire_runs() && device_program("pw-jack", path))
        count = add_device(devices, count, "pipewire", "PipeWire's JACK");
    if (!device_program("jackd", path))
        return count;
    count = list_cards(devices, count < DEVICES - 1 ? count : DEVICES - 1);
    if (count == DEVICES)
        count--;
    return add_device(devices, count, "dummy", "silent: for a machine without a sound card");
}

/* ---- choice ---- */

void device_refuse(struct device_refusals *refusals, const char *name)
{
    (void)snprintf(refusals->names[refusals->count++ % DEVICES], DEVICE_NAME, "%s", name);
}

static bool is_refused(const struct device_refusals *refusals, const char *name)
{
    for (uint32_t i = 0; i < DEVICES && i < refusals->count; i++)
        if (strcmp(refusals->names[i], name) == 0)
            return true;
    return false;
}

const struct device *device_best(const struct device *devices, uint32_t count, const struct device_refusals *refusals)
{
    for (uint32_t i = 0; i < count; i++)
        if (!is_refused(refusals, devices[i].name))
            return &devices[i];
    return NULL;
}
