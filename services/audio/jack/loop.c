#include "services/audio/jack/loop.h"

#include <stdio.h>
#include <string.h>

enum { REACHED = 64, CONNECTIONS = 256 };

bool loop_is_ours(const char *name, const char *owner)
{
    size_t length = strcspn(name, "-");

    length += name[length] ? 1 + strcspn(name + length + 1, "-") : 0;
    return strncmp(owner, name, length) == 0 && (!owner[length] || owner[length] == '-');
}

void loop_owner(const char *port, char owner[CLIENT_FOREIGN_NAME])
{
    (void)snprintf(owner, CLIENT_FOREIGN_NAME, "%.*s", (int)strcspn(port, ":"), port);
}

/* The clients reached so far. Each counts as connected from all its inputs to all its outputs. */
struct reached {
    struct client *client;
    const char *own; /* the name of our client */
    char name[REACHED][CLIENT_FOREIGN_NAME];
    uint32_t count;
};

static void add_reached(struct reached *reached, const char *input)
{
    char owner[CLIENT_FOREIGN_NAME];

    loop_owner(input, owner);
    for (uint32_t i = 0; i < reached->count; i++)
        if (strcmp(reached->name[i], owner) == 0)
            return;
    if (reached->count < REACHED && !loop_is_ours(reached->own, owner) && !client_is_socket(reached->client, input))
        memcpy(reached->name[reached->count++], owner, sizeof(owner));
}

static void reach_on(struct reached *reached, const char *owner)
{
    char output[CLIENT_FOREIGN_NAME], input[CLIENT_FOREIGN_NAME];

    for (uint32_t i = 0; i < CONNECTIONS && client_output(reached->client, owner, i, output); i++)
        for (uint32_t k = 0; k < CONNECTIONS && client_output_connected(reached->client, output, k, input); k++)
            add_reached(reached, input);
}

static void reach_from_pair(struct reached *reached, enum client_port left)
{
    char input[CLIENT_FOREIGN_NAME];

    for (uint32_t port = left; port <= left + 1; port++)
        for (uint32_t i = 0; i < CONNECTIONS && client_connected(reached->client, port, i, input); i++)
            add_reached(reached, input);
}

static bool leads_to(struct reached *reached, const char *to)
{
    for (uint32_t i = 0; i < reached->count; i++) {
        if (strcmp(reached->name[i], to) == 0)
            return true;
        reach_on(reached, reached->name[i]);
    }
    return reached->count == REACHED; /* the limit: count it as connected */
}

bool loop_leads_from(struct client *client, const char *name, enum client_port left, const char *to)
{
    struct reached reached = { .client = client, .own = name };

    reach_from_pair(&reached, left);
    return leads_to(&reached, to);
}

bool loop_leads(struct client *client, const char *name, const char *from, const char *to)
{
    struct reached reached = { .client = client, .own = name };

    reach_on(&reached, from);
    return leads_to(&reached, to);
}
