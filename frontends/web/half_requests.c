#include "frontends/web/half_requests.h"

#include <string.h>

static void remove_at(struct half_requests *half, uint32_t at)
{
    half->count--;
    memmove(&half->each[at], &half->each[at + 1], (half->count - at) * sizeof(half->each[0]));
}

/* The oldest of this machine if it has its share; else the oldest of all if there is no room; else -1. */
static int find_surplus(const struct half_requests *half, const uint8_t machine[TRIES_ADDRESS])
{
    uint32_t own = 0, oldest = 0;

    for (uint32_t i = half->count; i-- > 0;)
        if (memcmp(half->each[i].machine, machine, TRIES_ADDRESS) == 0) {
            own++;
            oldest = i;
        }
    if (own >= HALF_REQUESTS_OF_MACHINE)
        return (int)oldest;
    return half->count == HALF_REQUESTS_MOST ? 0 : -1;
}

struct lws *half_requests_add(struct half_requests *half, struct lws *wsi, const struct sockaddr_storage *from)
{
    struct half_request added = { .wsi = wsi };
    struct lws *surplus = NULL;
    int at;

    tries_write_machine(from, added.machine);
    at = find_surplus(half, added.machine);
    if (at >= 0) {
        surplus = half->each[at].wsi;
        remove_at(half, (uint32_t)at);
    }
    half->each[half->count++] = added;
    return surplus;
}

void half_requests_remove(struct half_requests *half, const struct lws *wsi)
{
    for (uint32_t i = 0; i < half->count; i++)
        if (half->each[i].wsi == wsi) {
            remove_at(half, i);
            return;
        }
}

void half_requests_await(struct half_requests *half, struct lws *wsi)
{
    struct sockaddr_storage from = { 0 };
    socklen_t len = sizeof(from);
    struct lws *surplus;

    (void)getpeername(lws_get_socket_fd(wsi), (struct sockaddr *)&from, &len);
    surplus = half_requests_add(half, wsi, &from);
    if (surplus) /* at once: the first bytes of a request would set another limit in place of a later end */
        lws_set_timeout(surplus, PENDING_TIMEOUT_HTTP_CONTENT, LWS_TO_KILL_SYNC);
}

void half_requests_follow(struct half_requests *half, struct lws *wsi, enum lws_callback_reasons reason)
{
    switch (reason) {
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
        half_requests_await(half, wsi);
        break;
    case LWS_CALLBACK_HTTP:
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
    case LWS_CALLBACK_WSI_DESTROY:
        half_requests_remove(half, wsi);
        break;
    default:
        break;
    }
}
