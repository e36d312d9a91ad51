/* through: a JACK client that a preview can go through. It passes on its input, negated and DELAY frames later. With
 * one output, that output has half the sum of both inputs.
 *
 *   through SERVER NAME OUTPUTS DELAY      ports NAME:in_1, NAME:in_2 and NAME:out_1 (… out_2), until SIGTERM. Prints
 *                                          "ready" when it runs. */
#include <string.h>

#include "tests/programs/sounding_client.h"

enum { SIDES = 2, LATEST = 1 << 18 };

static struct through {
    jack_client_t *client;
    jack_port_t *in[SIDES], *out[SIDES];
    float line[SIDES][LATEST];
    unsigned outputs, delay, at;
} through;

static void pass_side(unsigned side, jack_nframes_t frames)
{
    const float *in = jack_port_get_buffer(through.in[side], frames);
    float *out = jack_port_get_buffer(through.out[through.outputs == SIDES ? side : 0], frames);
    float part = through.outputs == SIDES ? -1 : -0.5F;

    if (side == 0 || through.outputs == SIDES)
        memset(out, 0, frames * sizeof(*out));
    for (unsigned i = 0; i < frames; i++) {
        through.line[side][(through.at + i) % LATEST] = in[i];
        out[i] += part * through.line[side][(through.at + i - through.delay) % LATEST];
    }
}

static int process_period(jack_nframes_t frames, void *state)
{
    (void)state;
    for (unsigned side = 0; side < SIDES; side++)
        pass_side(side, frames);
    through.at += frames;
    return 0;
}

static jack_port_t *make_port(char **argv, const char *kind, unsigned side, unsigned long flags)
{
    char name[16];
    jack_port_t *port;

    snprintf(name, sizeof(name), "%s_%u", kind, side + 1);
    port = jack_port_register(through.client, name, JACK_DEFAULT_AUDIO_TYPE, flags, 0);
    if (!port)
        client_refused(argv, "no port");
    return port;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        die_of("SERVER NAME OUTPUTS DELAY");
    through.outputs = (unsigned)atoi(argv[3]) == SIDES ? SIDES : (unsigned)atoi(argv[3]) % SIDES;
    through.delay = (unsigned)atoi(argv[4]) % LATEST;
    through.client = client_open(argv, argv[2], JackUseExactName);
    for (unsigned side = 0; side < SIDES; side++)
        through.in[side] = make_port(argv, "in", side, JackPortIsInput);
    for (unsigned side = 0; side < through.outputs; side++)
        through.out[side] = make_port(argv, "out", side, JackPortIsOutput);
    if (through.outputs > 0 && jack_set_process_callback(through.client, process_period, NULL) != 0)
        client_refused(argv, "no callback");
    client_run(through.client, argv);
    return 0;
}
