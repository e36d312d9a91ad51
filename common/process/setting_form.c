#include "common/process/setting_form.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/text.h"

enum { PERIOD_LEAST = 16, PERIOD_MOST = 8192 };

bool setting_is_device(const char *value)
{
    static const char *const words[] = { "auto", "none", "dummy", "pipewire", "jack" };
    static const char *const starts[] = { "alsa:", "jack:" };

    if (strlen(value) >= SETTING_DEVICE_SIZE)
        return false;
    if (TEXT_IS_AMONG(value, words))
        return true;
    for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
        if (strncmp(value, starts[i], strlen(starts[i])) == 0 && value[strlen(starts[i])] != '\0')
            return true;
    return false;
}

bool setting_is_period(const char *value)
{
    char *end;
    long frames = strtol(value, &end, 10);

    return *end == '\0' && frames >= PERIOD_LEAST && frames <= PERIOD_MOST && (frames & (frames - 1)) == 0;
}

bool setting_is_ipv4(const char *value)
{
    struct in_addr to;

    return inet_pton(AF_INET, value, &to) == 1;
}

static bool is_literal(const char *address)
{
    struct in6_addr to;

    return setting_is_ipv4(address) || inet_pton(AF_INET6, address, &to) == 1;
}

bool setting_split_listen(const char *value, char *address, size_t size, uint16_t *port)
{
    const char *colon = strrchr(value, ':');
    size_t len = colon ? (size_t)(colon - value) : 0;
    char *end = NULL;
    unsigned long number = colon ? strtoul(colon + 1, &end, 10) : 0;

    if (len > 2 && value[0] == '[' && value[len - 1] == ']') {
        value++;
        len -= 2;
    }
    if (!text_copy(address, size, (struct text){ (uint32_t)len, value }))
        return false;
    *port = (uint16_t)number;
    return end && *end == '\0' && number > 0 && number <= UINT16_MAX && is_literal(address);
}

bool setting_is_listen(const char *value)
{
    char address[INET6_ADDRSTRLEN];
    uint16_t port;

    return setting_split_listen(value, address, sizeof(address), &port);
}
