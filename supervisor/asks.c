#include "supervisor/asks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/process/config.h"
#include "common/process/log.h"
#include "common/process/proc.h"
#include "schema_service.h"

static void report_self(const struct supervisor *supervisor, struct arena *arena, struct service_line *to)
{
    char *last = arena_alloc(arena, CHILD_LAST_SIZE);
    int32_t pid = (int32_t)getpid();

    *to = (struct service_line){
        .service = TEXT("supervisor"),
        .state = { .value = RUN_STATE_READY },
        .pid = pid,
        .uptime_s = (double)proc_age(board_start_ticks(pid)) / 1e6,
        .restarts = supervisor->restarts,
        .last_death = text_of(child_write_last(supervisor->last_death, supervisor->died_at, last)),
    };
}

static enum err answer_services(struct supervisor *supervisor, struct call *call, const struct supervisor_services *ask,
                                struct service_lines *answer)
{
    struct arena *arena = call_arena(call);
    struct service_line *lines = arena_array(arena, supervisor->count + 1, sizeof(*lines));
    uint32_t count = 1;

    (void)ask;
    report_self(supervisor, arena, &lines[0]);
    for (uint32_t i = 0; i < supervisor->count; i++) {
        struct child_words *words = arena_alloc(arena, sizeof(*words));
        if (!supervisor->children[i].is_away)
            child_report(&supervisor->children[i], words, &lines[count++]);
    }
    answer->each = (struct service_line_list){ count, lines };
    return ERR_OK;
}

static enum err answer_restart(struct supervisor *supervisor, struct call *call, const struct supervisor_restart *ask,
                               struct nothing *answer)
{
    enum err e;

    (void)answer;
    for (uint32_t i = 0; i < supervisor->count; i++) {
        if (supervisor->children[i].is_away || !text_is(ask->service, supervisor->children[i].row->name))
            continue;
        log_info("a client asked for a restart of %s", supervisor->children[i].row->name);
        supervisor->damage[0] = '\0';
        child_restart(&supervisor->children[i]);
        return ERR_OK;
    }
    e = refuse(call, ERR_NOT_FOUND, "no service \"%.*s\"", TEXT_ARG(ask->service));
    fault_field(call_fault(call), "service");
    fault_hint(call_fault(call), "supervisor.services lists them; the supervisor itself restarts with the engine");
    return e;
}

/* The services stop after the loop: the answer means that the end has begun, the release of the lock that it is
 * complete. */
static enum err answer_shutdown(struct supervisor *supervisor, struct call *call, const struct supervisor_shutdown *ask,
                                struct nothing *answer)
{
    (void)call, (void)ask, (void)answer;
    log_info("a client asked for a shutdown");
    service_stop(supervisor->world.service, 0);
    return ERR_OK;
}

/* ---- sound ---- */

static enum err report_devices(const struct supervisor *supervisor, struct call *call, struct sound_devices *answer)
{
    const struct settings_audio *audio = &supervisor->world.settings.audio;
    struct device *found = arena_array(call_arena(call), DEVICES, sizeof(*found));
    struct sound_device *lines = arena_array(call_arena(call), DEVICES, sizeof(*lines));
    uint32_t count = device_list(found);

    for (uint32_t i = 0; i < count; i++)
        lines[i] = (struct sound_device){ text_of(found[i].name), text_of(found[i].about),
                                          strcmp(found[i].name, supervisor->server.device) == 0 };
    *answer = (struct sound_devices){
        .each = { count, lines },
        .setting = text_of(audio->device),
        .rate = audio->rate,
        .period = audio->period,
        .server = text_of(supervisor->server.name),
        .alarm = text_of(*supervisor->alarm ? supervisor->alarm : supervisor->server.alarm),
    };
    return ERR_OK;
}

static enum err answer_sound_devices(struct supervisor *supervisor, struct call *call,
                                     const struct supervisor_sound_devices *ask, struct sound_devices *answer)
{
    (void)ask;
    return report_devices(supervisor, call, answer);
}

static enum err write_setting(const struct supervisor *supervisor, struct call *call, const char *key, uint64_t value)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
    return config_put(supervisor->world.paths, key, text, call_fault(call));
}

static enum err write_settings(const struct supervisor *supervisor, struct call *call,
                               const struct supervisor_use_sound_device *ask, const char *device)
{
    enum err e = config_put(supervisor->world.paths, "audio.device", device, call_fault(call));

    if (e == ERR_OK && ask->has_rate)
        e = write_setting(supervisor, call, "audio.rate", ask->rate);
    if (e == ERR_OK && ask->has_period)
        e = write_setting(supervisor, call, "audio.period", ask->period);
    return e;
}

static enum err check_device(struct call *call, const struct supervisor_use_sound_device *ask, const char *device)
{
    const char *set = getenv(SETTINGS_AUDIO);

    if (!setting_is_device(device)) {
        (void)refuse(call, ERR_BAD_REQUEST, "\"%s\" is not a device", device);
        fault_field(call_fault(call), "device");
        return fault_hint(call_fault(call), "`loophole audio devices` lists them");
    }
    if (ask->has_period && (ask->period & (ask->period - 1)) != 0)
        return refuse(call, ERR_BAD_REQUEST, "a period of %llu frames is not a power of two",
                      (unsigned long long)ask->period);
    if (set && *set && strcmp(set, device) != 0)
        return refuse(call, ERR_CONFLICT, SETTINGS_AUDIO "=%.64s in the environment of the engine takes precedence",
                      set);
    return ERR_OK;
}

/* A change between sound and none restarts the engine, because services and shared memory depend on it. */
static enum err answer_use_sound_device(struct supervisor *supervisor, struct call *call,
                                        const struct supervisor_use_sound_device *ask, struct sound_devices *answer)
{
    char device[DEVICE_NAME + 1];
    enum err e;

    (void)text_copy(device, sizeof(device), ask->device);
    e = check_device(call, ask, device);
    if (e == ERR_OK)
        e = write_settings(supervisor, call, ask, device);
    if (e != ERR_OK)
        return e;
    if ((strcmp(device, "none") == 0) == (supervisor->server.world != NULL)) {
        (void)refuse(call, ERR_CONFLICT, "it is written to loophole.conf, and takes effect at the next start");
        return fault_hint(call_fault(call), "loophole down; loophole up");
    }
    e = settings_read(supervisor->world.paths, &supervisor->world.settings, call_fault(call));
    if (e == ERR_OK && supervisor->server.world && server_use(&supervisor->server))
        supervisor_move_clients(supervisor);
    return e == ERR_OK ? report_devices(supervisor, call, answer) : e;
}

/* Reports a disk that accepts files but cannot be read, which the supervisor's own test does not find. */
static struct text alarm_of_waiting(const struct supervisor *supervisor, struct arena *arena)
{
    char text[240] = "";

    for (uint32_t i = 0; i < supervisor->count && !*text; i++) {
        const struct child *child = &supervisor->children[i];
        if (child->waits_for_disk && child->state == CHILD_DOWN)
            (void)snprintf(text, sizeof(text),
                           "%s could not read or write in %.90s (%.40s) and tries again: "
                           "check the disk and its free space",
                           child->row->name, supervisor->world.paths->data, child->last_death);
    }
    if (!*text && supervisor->lingering.count)
        (void)snprintf(text, sizeof(text),
                       "killed services that wait in the kernel for a file system and cannot end: %u",
                       supervisor->lingering.count);
    return arena_text(arena, text_of(text));
}

void supervisor_report(void *state, struct arena *arena, struct service_status *to)
{
    const struct supervisor *supervisor = state;

    to->alarm = text_of(*supervisor->disk.alarm     ? supervisor->disk.alarm
                        : *supervisor->store.alarm  ? supervisor->store.alarm
                        : *supervisor->keeper.alarm ? supervisor->keeper.alarm
                        : *supervisor->alarm        ? supervisor->alarm
                        : *supervisor->damage       ? supervisor->damage
                                                    : supervisor->server.alarm);
    if (to->alarm.len == 0)
        to->alarm = alarm_of_waiting(supervisor, arena);
}

const struct supervisor_handlers supervisor_handlers = {
    .sound_devices = answer_sound_devices,
    .use_sound_device = answer_use_sound_device,
    .services = answer_services,
    .restart = answer_restart,
    .shutdown = answer_shutdown,
};
