/* sounding_client.h: a JACK client that runs until SIGTERM, for the programs of these tests. */
#ifndef LOOPHOLE_TESTS_SOUNDING_CLIENT_H
#define LOOPHOLE_TESTS_SOUNDING_CLIENT_H

#include <errno.h>
#include <jack/jack.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t client_ends;

static inline void client_end(int number)
{
    (void)number;
    client_ends = 1;
}

static inline void die_of(const char *what)
{
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
    exit(1);
}

static inline jack_client_t *client_open(const char *server, const char *name)
{
    const jack_options_t options = JackNoStartServer | JackServerName | JackUseExactName;
    jack_client_t *client;
    jack_status_t status;
    int tries = 3000;

    signal(SIGTERM, client_end);
    while (!(client = jack_client_open(name, options, &status, server)) && (status & JackNameNotUnique) && --tries > 0)
        usleep(10000); /* the server frees the name of a client that was killed after its ports */
    if (!client)
        die_of("no such server, or the name is taken");
    return client;
}

/* Prints "ready" when the client runs, and closes it at the signal. */
static inline void client_run(jack_client_t *client)
{
    if (jack_activate(client) != 0)
        die_of("not activated");
    puts("ready");
    fflush(stdout);
    while (!client_ends)
        usleep(20000);
    jack_client_close(client);
}

#endif
