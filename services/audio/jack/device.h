/* device.h: recognises the MIDI device that a connection wants, when its port has another name now. A device that is
 * plugged in again often gets another number: "a2j:nano [20] (capture)" becomes "a2j:nano [24] (capture)", or
 * "system:midi_capture_1" becomes "system:midi_capture_3" with the same alias. May hang in JACK, as patch.h. */
#ifndef LOOPHOLE_AUDIO_DEVICE_H
#define LOOPHOLE_AUDIO_DEVICE_H

#include "services/audio/jack/wires.h"

/* The name of a port, or its alias, without the numbers that change: "[20]", the numbers of "hw-1-0-0", and the "-01"
 * that JACK puts after a client's name. Pure. Exported for its unit test, which has no such devices. */
void device_name(const char *port, char to[CLIENT_FOREIGN_NAME]);

/* Records the device of a connection that exists. True: it was not known, or was another one. */
bool device_note(struct client *client, struct jack_wire *wire);

/* True if the foreign port of a connection exists, and belongs to its device. A device whose port has another name now
 * is looked for: then `wire` gets that name, and `is_moved` is set. A port that another connection wants is left. */
bool device_reach(struct client *client, struct wires *wires, struct jack_wire *wire, bool *is_moved);

#endif
