/* player: a JACK client that plays a sound once, half a second after its port is connected, and is silent otherwise.
 *
 *   player SERVER NAME FILE     port NAME:out; FILE: mono float32 of the server's rate; until SIGTERM.
 *                              Prints "ready" */
#include <string.h>

#include "tests/programs/sounding_client.h"

static struct player {
    jack_client_t *client;
    jack_port_t *out;
    float *sound;
    size_t frames, wait, at;
} player;

static int play_period(jack_nframes_t frames, void *state)
{
    float *out = jack_port_get_buffer(player.out, frames);
    size_t left;

    (void)state;
    memset(out, 0, frames * sizeof(*out));
    if (!jack_port_connected(player.out))
        player.at = player.wait = 0;
    else if ((player.wait += frames) > jack_get_sample_rate(player.client) / 2) {
        left = player.frames - player.at;
        left = left < frames ? left : frames;
        memcpy(out, player.sound + player.at, left * sizeof(*out));
        player.at += left;
    }
    return 0;
}

static void load_file(const char *path)
{
    FILE *file = fopen(path, "r");

    if (!file || fseek(file, 0, SEEK_END) != 0)
        die_of("no such file");
    player.frames = (size_t)ftell(file) / sizeof(float);
    player.sound = malloc(player.frames * sizeof(float) + 1);
    rewind(file);
    if (!player.sound || fread(player.sound, sizeof(float), player.frames, file) != player.frames)
        die_of("the file cannot be read");
    fclose(file);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        die_of("SERVER NAME FILE");
    load_file(argv[3]);
    player.client = client_open(argv, argv[2], JackUseExactName);
    player.out = jack_port_register(player.client, "out", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    if (!player.out || jack_set_process_callback(player.client, play_period, NULL) != 0)
        client_refused(argv, "no port");
    client_run(player.client, argv);
    free(player.sound);
    return 0;
}
