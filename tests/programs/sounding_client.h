/* sounding_client.h: a JACK client that runs until SIGTERM, for the programs of these tests. */
#ifndef LOOPHOLE_TESTS_SOUNDING_CLIENT_H
#define LOOPHOLE_TESTS_SOUNDING_CLIENT_H

#include <errno.h>
#include <jack/jack.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CLIENT_TRIES = 1500, CLIENT_LEAVE_S = 20 };

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

/* Begins the program again, CLIENT_TRIES times. On a busy machine JACK refuses a client at any step of its
 * opening, and it frees the name of a killed one after its ports. */
static inline void client_refused(char **argv, const char *what)
{
    const char *before = getenv("CLIENT_TRIES");
    int tries = before ? atoi(before) : 0;
    char now[16];

    if (tries == CLIENT_TRIES)
        die_of(what);
    snprintf(now, sizeof(now), "%d", tries + 1);
    setenv("CLIENT_TRIES", now, 1);
    usleep(20000);
    close_range(3, ~0U, 0); /* the server then knows that the former client is gone */
    execv("/proc/self/exe", argv);
    die_of("cannot begin again");
}

/* Opens a client of the server argv[1]. */
static inline jack_client_t *client_open(char **argv, const char *name, jack_options_t more)
{
    jack_client_t *client = jack_client_open(name, JackNoStartServer | JackServerName | more, NULL, argv[1]);

    if (!client)
        client_refused(argv, "no such server, or the name is taken");
    return client;
}

static inline void client_give_up(int signal)
{
    (void)signal;
    _exit(0);
}

/* Leaves the server. A server that hangs keeps the caller for CLIENT_LEAVE_S at most. Then the process ends with 0,
 * because it has done its work. */
static inline void client_leave(jack_client_t *client)
{
    signal(SIGALRM, client_give_up);
    alarm(CLIENT_LEAVE_S);
    jack_client_close(client);
    alarm(0);
}

/* Prints "ready" when the client runs, and closes it at the signal. */
static inline void client_run(jack_client_t *client, char **argv)
{
    signal(SIGTERM, client_end);
    if (jack_activate(client) != 0)
        client_refused(argv, "not activated");
    puts("ready");
    fflush(stdout);
    while (!client_ends)
        usleep(20000);
    client_leave(client);
}

#endif
