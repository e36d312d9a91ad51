/* count: a JACK client that plays the server's own clock, so that a recording shows every lost or repeated frame. Frame
 * n is n / 8388607 on the left and its negative on the right, n modulo 8388607. Full scale of 24 bit is 8388607, so a
 * FLAC contains exactly the played values. With a third argument one frame in each second has twice that level.
 *
 *   count SERVER NAME [over]      ports NAME:left and NAME:right; until SIGTERM. Prints "ready" when it plays. */
#include "tests/programs/sounding_client.h"

enum { MOST = 8388607 };

static struct count {
    jack_client_t *client;
    jack_port_t *left, *right;
    int is_over;
} count;

static int play_period(jack_nframes_t frames, void *state)
{
    float *left = jack_port_get_buffer(count.left, frames), *right = jack_port_get_buffer(count.right, frames);
    jack_nframes_t now = jack_last_frame_time(count.client);

    (void)state;
    for (jack_nframes_t i = 0; i < frames; i++) {
        left[i] = (float)((now + i) % MOST) / (float)MOST;
        if (count.is_over && (now + i) % 48000 == 0)
            left[i] = 2;
        right[i] = -left[i];
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 3 && argc != 4)
        die_of("SERVER NAME [over]");
    count.is_over = argc == 4;
    count.client = client_open(argv, argv[2], JackUseExactName);
    count.left = jack_port_register(count.client, "left", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    count.right = jack_port_register(count.client, "right", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    if (!count.left || !count.right || jack_set_process_callback(count.client, play_period, NULL) != 0)
        client_refused(argv, "no ports");
    client_run(count.client, argv);
    return 0;
}
