#include "frontends/cli/engine/doctor_sound.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/file.h"
#include "proto/transport/foreign.h"
#include "schema_audio.h"
#include "schema_supervisor.h"

enum { LOCKED_MIB = 256 }; /* shared memory of the audio core and of JACK, and the core's own */

static void look_at_realtime(struct doctor *doctor)
{
    struct rlimit limit = { 0 };
    bool has_kit = access("/usr/libexec/rtkit-daemon", X_OK) == 0;

    getrlimit(RLIMIT_RTPRIO, &limit);
    if (geteuid() == 0 || limit.rlim_max > 0)
        doctor_finding(doctor, FINE, "real time", "", "the audio thread may run in real time");
    else
        doctor_finding(doctor, WATCH, "real time",
                       "write \"@audio - rtprio 95\" to /etc/security/limits.d/audio.conf, join the group audio, log "
                       "in again",
                       "no permission (RLIMIT_RTPRIO is 0%s): other programs will interrupt the sound",
                       has_kit ? "; rtkit serves PipeWire alone" : "");
}

static void look_at_locked_memory(struct doctor *doctor)
{
    struct rlimit limit = { 0 };

    getrlimit(RLIMIT_MEMLOCK, &limit);
    if (geteuid() == 0 || limit.rlim_max == RLIM_INFINITY)
        doctor_finding(doctor, FINE, "locked memory", "", "enough");
    else
        doctor_finding(doctor, limit.rlim_max >> 20 < LOCKED_MIB ? WATCH : FINE, "locked memory",
                       "write \"@audio - memlock unlimited\" to /etc/security/limits.d/audio.conf, join the group "
                       "audio, log in again",
                       "only %llu of the %d MiB that the audio core needs", (unsigned long long)(limit.rlim_max >> 20),
                       LOCKED_MIB);
}

static void look_at_governor(struct doctor *doctor)
{
    struct buffer file = { 0 };
    const char *path = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";
    bool is_there = file_read_all(path, 256, &file, NULL) == ERR_OK;
    const char *governor = buffer_c(&file);
    int len = (int)strcspn(governor, "\n");
    bool is_steady = !is_there || strncmp(governor, "performance", 11) == 0;

    if (is_there)
        doctor_finding(doctor, is_steady ? FINE : WATCH, "processor",
                       "cpupower frequency-set -g performance, at small periods", "its clock follows \"%.*s\"", len,
                       governor);
    else
        doctor_finding(doctor, FINE, "processor", "", "its clock cannot be set on this machine");
    buffer_free(&file);
}

/* Reports the used server, and whether anything can sound. */
static bool look_at_devices(struct doctor *doctor)
{
    struct sound_devices devices = { 0 };
    struct fault fault = { 0 };

    if (ask(doctor->cli->asker, "supervisor.sound_devices", NULL, 2000, NULL, &devices, &fault) != ERR_OK)
        return false;
    if (text_is(devices.setting, "none")) {
        doctor_finding(doctor, FINE, "sound", "", "off: [audio] device = none, or LOOPHOLE_AUDIO=none");
        return false;
    }
    doctor_finding(doctor, devices.alarm.len ? WATCH : FINE, "sound",
                   "loophole audio devices; loophole audio use DEVICE; loophole logs jack", "%.*s",
                   TEXT_ARG(devices.alarm.len ? devices.alarm : devices.setting));
    return true;
}

static void look_at_server(struct doctor *doctor)
{
    struct server_state at = { 0 };
    struct fault fault = { 0 };

    if (ask(doctor->cli->asker, "audio.server", NULL, 2000, NULL, &at, &fault) != ERR_OK)
        return;
    if (!at.connected) {
        doctor_finding(doctor, BAD, "JACK", "loophole audio devices; loophole logs jack", "no server: %.*s",
                       TEXT_ARG(at.trouble));
        return;
    }
    doctor_finding(doctor, at.realtime ? FINE : WATCH, "JACK", "see \"real time\" above",
                   "%llu Hz, periods of %llu frames, %sin real time", (unsigned long long)at.rate,
                   (unsigned long long)at.period, at.realtime ? "" : "not ");
    if (!at.locked)
        doctor_finding(doctor, WATCH, "audio core", "see \"locked memory\" above, then loophole restart audio",
                       "its memory is not locked");
}

static void look_at_ffmpeg(struct doctor *doctor)
{
    const char *program = foreign_program();

    if (program)
        doctor_finding(doctor, FINE, "ffmpeg", "", "%s decodes m4a, aac, wma and the sound of video", program);
    else
        doctor_finding(doctor, FINE, "ffmpeg", "",
                       "not installed: m4a, aac, wma and the sound of video are not analysed until it is");
}

void doctor_look_at_sound(struct doctor *doctor)
{
    look_at_ffmpeg(doctor);
    look_at_realtime(doctor);
    look_at_locked_memory(doctor);
    look_at_governor(doctor);
    if (look_at_devices(doctor))
        look_at_server(doctor);
}
