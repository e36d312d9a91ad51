/* setting_form.h: whether the value of a setting has the form that its row expects. Any thread. */
#ifndef LOOPHOLE_COMMON_SETTING_FORM_H
#define LOOPHOLE_COMMON_SETTING_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SETTING_DEVICE_SIZE = 64 };

/* True for auto, none, dummy, pipewire, jack, jack:SERVER and alsa:CARD. */
bool setting_is_device(const char *value);
bool setting_is_period(const char *value);
bool setting_is_ipv4(const char *value);
bool setting_is_listen(const char *value);

/* Splits "192.168.1.20:8443" or "[fd00::1]:8443" into a literal address, without brackets, and a port above 0. */
bool setting_split_listen(const char *value, char *address, size_t size, uint16_t *port);

#endif
