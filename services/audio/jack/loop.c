#include "services/audio/jack/loop.h"

#include <stdio.h>
#include <string.h>

enum { REACHED = 64, CONNECTIONS = 256 };

void loop_owner(const char *port, char owner[CLIENT_FOREIGN_NAME])
{
    (void)snprintf(owner, CLIENT_FOREIGN_NAME, "%.*s", (int)strcspn(port, ":"), port);
}

/* The clients reached so far. Each counts as connected from all its inputs to all its outputs. */
struct reached {
    char name[REACHED][CLIENT_FOREIGN_NAME];
    uint32_t count;
};

static void add_reached(struct client *client, struct reached *reached, const char *input)
{
    char owner[CLIENT_FOREIGN_NAME];

    loop_owner(input, owner);
    for (uint32_t i = 0; i < reached->count; i++)
        if (strcmp(reached->name[i], owner) == 0)
            return;
    if (reached->count < REACHED && !client_is_socket(client, input))
        memcpy(reached->name[reached->count++], owner, sizeof(owner));
}

static void reach_on(struct client *client, struct reached *reached, const char *owner)
{
    char output[CLIENT_FOREIGN_NAME], input[CLIENT_FOREIGN_NAME];

    for (uint32_t i = 0; i < CONNECTIONS && client_output(client, owner, i, output); i++)
        for (uint32_t k = 0; k < CONNECTIONS && client_output_connected(client, output, k, input); k++)
            add_reached(client, reached, input);
}

static void reach_from_pair(struct client *client, struct reached *reached, enum client_port left)
{
    char input[CLIENT_FOREIGN_NAME];

    for (uint32_t port = left; port <= left + 1; port++)
        for (uint32_t i = 0; i < CONNECTIONS && client_connected(client, port, i, input); i++)
            add_reached(client, reached, input);
}

static bool leads_to(struct client *client, struct reached *reached, const char *to)
{
    for (uint32_t i = 0; i < reached->count; i++) {
        if (strcmp(reached->name[i], to) == 0)
            return true;
        reach_on(client, reached, reached->name[i]);
    }
    return reached->count == REACHED; /* the limit: count it as connected */
}

bool loop_leads_from(struct client *client, enum client_port left, const char *to)
{
    struct reached reached = { .count = 0 };

    reach_from_pair(client, &reached, left);
    return leads_to(client, &reached, to);
}

bool loop_leads(struct client *client, const char *from, const char *to)
{
    struct reached reached = { .count = 0 };

    reach_on(client, &reached, from);
    return leads_to(client, &reached, to);
}
