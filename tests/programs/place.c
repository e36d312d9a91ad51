/* place: a JACK client that records JACK's position and time in each of its cycles. It can also lead JACK's transport
 * itself, along a map of tempos. Lines on standard input: start, stop, locate FRAME.
 *
 *   place SERVER FILE [lead TICKS FRAME:BPM...]     TICKS in a beat, without a fraction; 0: 1920 with a fraction. Each
 *                                                   BPM applies from that FRAME of JACK's transport
 *
 * Prints "ready" when it is active. At the end of its input it writes FILE and ends. FILE has a line of text for each
 * cycle: clock (the server's, 32 bits), begins and ends (microseconds of the steady clock), rolling (0, 1; 3:
 * starting), frame of the transport, bar, beat, tick (0 0 0: none), bar_start_tick, ticks_per_beat, bpm. FILE.midi has
 * a line for each MIDI message at the port place:midi: its frame (the server's clock, 32 bits) and three bytes, 0 for
 * those that it lacks. */
#include <jack/midiport.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "tests/programs/sounding_client.h"

enum { CYCLES = 1 << 18, TEMPOS = 16, MESSAGES = 1 << 16 };

struct cycle {
    jack_nframes_t clock;
    jack_time_t begins, ends;
    jack_transport_state_t state;
    jack_position_t at;
};

struct message {
    jack_nframes_t clock;
    unsigned bytes[3];
};

static struct place {
    jack_client_t *client;
    struct cycle *cycles;
    _Atomic unsigned count;
    jack_port_t *midi;
    struct message messages[MESSAGES];
    _Atomic unsigned message_count;
    _Atomic int has_ended; /* what follows is no part of the files */
    unsigned ticks, tempos;
    double from[TEMPOS], bpm[TEMPOS];
} place;

static void hear_period(jack_nframes_t frames)
{
    void *buffer = jack_port_get_buffer(place.midi, frames);
    jack_nframes_t clock = jack_last_frame_time(place.client);
    jack_midi_event_t event;

    for (unsigned i = 0; jack_midi_event_get(&event, buffer, i) == 0 && place.message_count < MESSAGES; i++) {
        struct message *message = &place.messages[place.message_count];
        *message = (struct message){ .clock = clock + event.time };
        for (unsigned k = 0; k < 3 && k < event.size; k++)
            message->bytes[k] = event.buffer[k];
        place.message_count++;
    }
}

/* By how much CLOCK_MONOTONIC is ahead of JACK's clock, which nothing corrects, in microseconds. */
static long long measure_clock(void)
{
    long long ahead = 0, shortest = LLONG_MAX;

    for (int i = 0; i < 4; i++) {
        struct timespec now;
        const jack_time_t before = jack_get_time();
        clock_gettime(CLOCK_MONOTONIC, &now);
        const jack_time_t after = jack_get_time();
        const long long steady = now.tv_sec * 1000000LL + now.tv_nsec / 1000;

        if ((long long)(after - before) >= shortest)
            continue;
        shortest = (long long)(after - before);
        ahead = steady - (long long)before - shortest / 2;
    }
    return ahead;
}

static int run_period(jack_nframes_t frames, void *state)
{
    unsigned n = place.count;
    jack_nframes_t clock;
    float period;

    (void)state;
    if (place.has_ended)
        return 0;
    hear_period(frames);
    if (n == CYCLES)
        return 0;
    struct cycle *cycle = &place.cycles[n];
    if (jack_get_cycle_times(place.client, &clock, &cycle->begins, &cycle->ends, &period) != 0)
        return 0;
    const jack_time_t ahead = (jack_time_t)measure_clock();
    cycle->begins += ahead;
    cycle->ends += ahead;
    cycle->clock = clock;
    cycle->state = jack_transport_query(place.client, &cycle->at);
    place.count = n + 1;
    return 0;
}

/* Beats from frame 0 to `frame`, through all earlier tempos. */
static double beats_to(double frame, double rate, double *bpm)
{
    double beats = 0;

    for (unsigned i = 0; i < place.tempos && place.from[i] <= frame; i++) {
        double end = i + 1 < place.tempos && place.from[i + 1] < frame ? place.from[i + 1] : frame;
        beats += (end - place.from[i]) / rate * place.bpm[i] / 60;
        *bpm = place.bpm[i];
    }
    return beats;
}

static void lead_transport(jack_transport_state_t state, jack_nframes_t frames, jack_position_t *at, int is_new,
                           void *unused)
{
    double bpm = 120, beats = beats_to(at->frame, jack_get_sample_rate(place.client), &bpm);
    double beat = floor(beats + 1e-9), ticks = place.ticks ? place.ticks : 1920;

    (void)state, (void)frames, (void)is_new, (void)unused;
    at->valid = JackPositionBBT;
    at->bar = (int)(beat / 4) + 1;
    at->beat = (int)fmod(beat, 4) + 1;
    at->tick = (int)fmax((beats - beat) * ticks, 0);
    at->beats_per_bar = at->beat_type = 4;
    at->ticks_per_beat = ticks;
    at->bar_start_tick = floor(beat / 4) * 4 * ticks;
    at->beats_per_minute = bpm;
    if (place.ticks == 0) {
        at->valid |= JackTickDouble;
        at->tick_double = fmax((beats - beat) * ticks, 0);
    }
}

static void read_map(char **tempos)
{
    for (; *tempos && place.tempos < TEMPOS; tempos++, place.tempos++)
        if (sscanf(*tempos, "%lf:%lf", &place.from[place.tempos], &place.bpm[place.tempos]) != 2)
            die_of("FRAME:BPM");
}

static void obey_line(void)
{
    char line[64];
    unsigned frame;

    while (fgets(line, sizeof(line), stdin)) {
        if (strcmp(line, "start\n") == 0)
            jack_transport_start(place.client);
        else if (strcmp(line, "stop\n") == 0)
            jack_transport_stop(place.client);
        else if (sscanf(line, "locate %u", &frame) == 1)
            jack_transport_locate(place.client, frame);
    }
}

static void write_messages(const char *path)
{
    char name[4096];
    FILE *file;

    snprintf(name, sizeof(name), "%s.midi", path);
    file = fopen(name, "w");
    for (unsigned i = 0; file && i < place.message_count; i++)
        fprintf(file, "%u %u %u %u\n", place.messages[i].clock, place.messages[i].bytes[0], place.messages[i].bytes[1],
                place.messages[i].bytes[2]);
    if (!file || fclose(file) != 0)
        die_of("the file of messages cannot be written");
}

static void write_down(const char *path)
{
    FILE *file = fopen(path, "w");

    for (unsigned i = 0; file && i < place.count; i++) {
        const struct cycle *cycle = &place.cycles[i];
        const jack_position_t *at = &cycle->at;
        int has_bar = (at->valid & JackPositionBBT) != 0;
        double tick = at->valid & JackTickDouble ? at->tick_double : at->tick;

        fprintf(file, "%u %llu %llu %d %u %d %d %.9g %.9g %.9g %.9g\n", cycle->clock, (unsigned long long)cycle->begins,
                (unsigned long long)cycle->ends, (int)cycle->state, at->frame, has_bar ? at->bar : 0,
                has_bar ? at->beat : 0, has_bar ? tick : 0, at->bar_start_tick, at->ticks_per_beat,
                at->beats_per_minute);
    }
    if (!file || fclose(file) != 0)
        die_of("the file cannot be written");
}

int main(int argc, char **argv)
{
    if (argc != 3 && argc < 6)
        die_of("SERVER FILE [lead TICKS FRAME:BPM...]");
    place.cycles = calloc(CYCLES, sizeof(*place.cycles));
    if (!place.cycles)
        die_of("no memory");
    place.client = client_open(argv, "place", JackNullOption);
    if (argc > 5) {
        place.ticks = (unsigned)atoi(argv[4]);
        read_map(argv + 5);
    }
    place.midi = jack_port_register(place.client, "midi", JACK_DEFAULT_MIDI_TYPE, JackPortIsInput, 0);
    if (!place.midi || jack_set_process_callback(place.client, run_period, NULL) != 0 ||
        jack_activate(place.client) != 0 ||
        (place.tempos && jack_set_timebase_callback(place.client, 0, lead_transport, NULL) != 0))
        client_refused(argv, "not active");
    puts("ready");
    fflush(stdout);
    obey_line();
    place.has_ended = 1;
    write_down(argv[2]);
    write_messages(argv[2]);
    client_leave(place.client);
    return 0;
}
