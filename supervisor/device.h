/* device.h: what of this machine can make sound: its sound cards, PipeWire, JACK servers that run, the programs for
 * them. Looks only. The supervisor's thread. */
#ifndef LOOPHOLE_SUPERVISOR_DEVICE_H
#define LOOPHOLE_SUPERVISOR_DEVICE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

enum { DEVICE_NAME = 64, DEVICE_ABOUT = 96, DEVICES = 32 };

struct device {
    char name[DEVICE_NAME];   /* as `[audio] device` takes it: "alsa:hw:PCH" */
    char about[DEVICE_ABOUT]; /* "HDA Intel PCH: ALC256 Analog" */
};

/* A name that `[audio] device` may have: auto, none, dummy, pipewire, alsa:NAME, jack, jack:SERVER. */
bool device_is_name(const char *name);

/* All that could be used now, best first: a JACK server that runs, PipeWire, cards that play, the dummy. */
uint32_t device_list(struct device devices[DEVICES]);

/* Cards from the texts of /proc/asound/cards and /proc/asound/pcm; those that play. Appends to `devices`. */
uint32_t device_read_cards(const char *cards, const char *pcm, struct device devices[DEVICES], uint32_t count);

/* A JACK server of that name ("" and "default" are one) takes connections; PipeWire does. */
bool device_server_runs(const char *server);
bool device_pipewire_runs(void);

/* The whole path of a program in PATH; false when there is none. */
bool device_program(const char *name, char path[PATH_MAX]);

#endif
