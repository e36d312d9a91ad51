/* device.h: what this machine offers for sound: sound cards, PipeWire, running JACK servers, their programs. Changes
 * nothing. The supervisor's thread. */
#ifndef LOOPHOLE_SUPERVISOR_DEVICE_H
#define LOOPHOLE_SUPERVISOR_DEVICE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/process/setting_form.h"

enum { DEVICE_NAME = SETTING_DEVICE_SIZE, DEVICE_ABOUT = 96, DEVICES = 32 };

struct device {
    char name[DEVICE_NAME];   /* as in `[audio] device`: "alsa:hw:PCH" */
    char about[DEVICE_ABOUT]; /* "HDA Intel PCH: ALC256 Analog" */
};

/* Cards that jackd could not open. Of more than DEVICES the oldest are forgotten. A zeroed struct is empty. */
struct device_refusals {
    char names[DEVICES][DEVICE_NAME];
    uint32_t count; /* of all so far */
};

/* Lists everything usable now, best first: a running JACK server, PipeWire, cards with playback, the dummy. Returns the
 * number. */
uint32_t device_list(struct device devices[DEVICES]);

/* Notes a card; device_best returns the first device that is not among them, NULL: there is none. */
void device_refuse(struct device_refusals *refusals, const char *name);
const struct device *device_best(const struct device *devices, uint32_t count, const struct device_refusals *refusals);

/* Appends the cards with playback to `devices`, from the texts of /proc/asound/cards and /proc/asound/pcm. Returns the
 * number of all devices. Exported for its unit test, which has no such cards. */
uint32_t device_read_cards(const char *cards, const char *pcm, struct device devices[DEVICES], uint32_t count);

/* True if a JACK server of that name ("" and "default" are the same) accepts connections; or PipeWire does. */
bool device_server_runs(const char *server);
bool device_pipewire_runs(void);

/* Finds the path of a program in PATH; false if there is none. */
bool device_program(const char *name, char path[PATH_MAX]);

#endif
