#include "services/audio/jack/device.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/process/log.h"

enum { HARDWARE_NUMBERS = 3, DUPLICATE_DIGITS = 2 };

static bool has_device(enum client_port port)
{
    return port_is_midi_in(port) || port_is_midi_out(port);
}

/* ---- names ---- */

static size_t count_digits(const char *at)
{
    size_t count = 0;

    while (isdigit((unsigned char)at[count]))
        count++;
    return count;
}

/* The bytes of "[20]", with the blank before it. */
static size_t measure_bracket(const char *at)
{
    const size_t blank = *at == ' ', digits = at[blank] == '[' ? count_digits(at + blank + 1) : 0;

    return digits > 0 && at[blank + 1 + digits] == ']' ? blank + digits + 2 : 0;
}

/* The bytes of "-1-0-0" after "hw". */
static size_t measure_hardware(const char *port, const char *at)
{
    size_t length = 0;

    if (at < port + 2 || strncmp(at - 2, "hw", 2) != 0)
        return 0;
    for (int i = 0; i < HARDWARE_NUMBERS; i++) {
        const size_t digits = at[length] == '-' ? count_digits(at + length + 1) : 0;
        if (digits == 0)
            return 0;
        length += 1 + digits;
    }
    return length;
}

/* The bytes of "-01" at the end of a client's name. */
static size_t measure_duplicate(const char *port, const char *at)
{
    return at > port && *at == '-' && count_digits(at + 1) == DUPLICATE_DIGITS && at[1 + DUPLICATE_DIGITS] == ':' &&
                   at + 1 + DUPLICATE_DIGITS == strchr(port, ':')
               ? 1 + DUPLICATE_DIGITS
               : 0;
}

void device_name(const char *port, char to[CLIENT_FOREIGN_NAME])
{
    size_t length = 0;

    for (const char *at = port; *at && length < CLIENT_FOREIGN_NAME - 1;) {
        const size_t number = measure_bracket(at) + measure_hardware(port, at) + measure_duplicate(port, at);
        if (number > 0)
            at += number;
        else
            to[length++] = *at++;
    }
    to[length] = '\0';
}

/* ---- ports ---- */

/* An alias does not depend on the number of a port, so it names the device, if there is one. */
bool device_note(struct client *client, struct jack_wire *wire)
{
    char names[CLIENT_NAMES][CLIENT_FOREIGN_NAME], device[CLIENT_FOREIGN_NAME];
    const uint32_t count = has_device(wire->port) ? client_names(client, wire->to, names) : 0;

    if (count == 0)
        return false;
    device_name(names[count > 1], device);
    if (strcmp(device, wire->device) == 0)
        return false;
    (void)snprintf(wire->device, sizeof(wire->device), "%s", device);
    return true;
}

/* A port without an alias may be that of any device. */
static bool is_of_device(struct client *client, const char *port, const struct jack_wire *wire)
{
    char names[CLIENT_NAMES][CLIENT_FOREIGN_NAME], device[CLIENT_FOREIGN_NAME];
    const uint32_t count = client_names(client, port, names);

    if (count == 1 && strcmp(port, wire->to) == 0)
        return true;
    for (uint32_t i = 0; i < count; i++) {
        device_name(names[i], device);
        if (strcmp(device, wire->device) == 0)
            return true;
    }
    return false;
}

bool device_reach(struct client *client, struct wires *wires, struct jack_wire *wire, bool *is_moved)
{
    char port[CLIENT_FOREIGN_NAME];

    if (!has_device(wire->port) || !wire->device[0])
        return client_has_port(client, wire->to);
    if (client_has_port(client, wire->to) && is_of_device(client, wire->to, wire))
        return true;
    for (uint32_t i = 0; client_midi_port(client, wire->port, i, port); i++) {
        if (wires_find(wires, wire->port, port) || !is_of_device(client, port, wire))
            continue;
        log_info("%s: %s is %s now", port_names[wire->port], wire->to, port);
        memcpy(wire->to, port, sizeof(port));
        return *is_moved = true;
    }
    return false;
}
