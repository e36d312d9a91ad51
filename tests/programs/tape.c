/* tape: a JACK client that records the output of a port. A second, undisturbed client shows which frames the server
 * itself loses. The server's clock (jack_last_frame_time) gives each frame its place: a missed callback leaves NaN and
 * shifts nothing. tape connects once, because reconnecting is the other side's task, unless PORT begins with a plus.
 * The second client can send notes, and records the frame of each. A thread on each processor, with a higher priority
 * than all clients, detects pauses of the machine itself.
 *
 *   tape SERVER FILE SECONDS PORT [NOTE EVERY TO [LENGTH]]
 *
 * NOTE every EVERY frames to the MIDI port TO; it ends after LENGTH frames, or never. While TO is away, notes are due
 * but are not sent. SIGUSR1 marks the present frame.
 *
 * Prints "ready" once it is connected, then "connected N" when the number of its connected ports changes, and "stood N"
 * after pauses of the machine. FILE: float32. Ends after SECONDS or on SIGTERM; then prints one line of JSON: rate,
 * period, first (of the server's clock), frames, missed (by the recorder), baseline (missed by the second client),
 * notes (frames in FILE), unsent (notes that were due while TO was away), marks (frames in FILE), stood (pairs of
 * frames in FILE between which a processor paused, for half a period or more), clock (pairs of a frame in FILE and the
 * time of day at which it was played, in microseconds). */
#include <jack/midiport.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "tests/programs/sounding_client.h"

enum { NOTES = 4096, MARKS = 64, STANDS = 65536, PROCESSORS = 64, LOOK_US = 1000, CLOCKS = 8192, CLOCK_EVERY = 10 };

struct track {
    jack_client_t *client;
    jack_port_t *port;
    int has_begun;
    /* Of the server's clock: the beginning of the file; the next period, if none is missed. */
    jack_nframes_t first, next;
    _Atomic long missed;
};

static struct tape {
    struct track recorder, other;
    float *frames;
    _Atomic size_t room, count;
    _Atomic int has_ended; /* what follows is no part of the recording */
    unsigned note, every, length;
    long until_note, until_end;
    int was_connected;
    long notes[NOTES], unsent[NOTES];
    unsigned note_count, unsent_count;
    long marks[MARKS];
    _Atomic unsigned mark_count;
    jack_nframes_t stood[STANDS][2]; /* of the server's clock */
    _Atomic unsigned stood_count;
    long long clock[CLOCKS][2];
    unsigned clock_count;
} tape;

static void on_mark(int number)
{
    (void)number;
    if (tape.mark_count < MARKS) {
        tape.marks[tape.mark_count] = (long)tape.count;
        tape.mark_count++;
    }
}

/* The frames since the beginning of the file, and the number of missed ones before this period. */
static size_t place_of(struct track *track, jack_nframes_t frames)
{
    jack_nframes_t now = jack_last_frame_time(track->client);

    if (!track->has_begun)
        track->first = track->next = now;
    track->has_begun = 1;
    if ((int)(now - track->next) > 0)
        track->missed += (int)(now - track->next);
    track->next = now + frames;
    return (size_t)(now - track->first);
}

static int record_period(jack_nframes_t frames, void *state)
{
    const float *in = jack_port_get_buffer(tape.recorder.port, frames);

    (void)state;
    if (tape.has_ended)
        return 0;
    size_t at = place_of(&tape.recorder, frames);
    if (at + frames > tape.room)
        return 0;
    memcpy(tape.frames + at, in, frames * sizeof(*in));
    tape.count = at + frames;
    return 0;
}

static void write_down(long to[NOTES], unsigned *count, jack_nframes_t frame)
{
    if (*count < NOTES && tape.recorder.has_begun)
        to[(*count)++] = (long)(frame - tape.recorder.first);
}

/* `out` NULL: TO is away. */
static int send_note(void *out, long at, unsigned char status)
{
    unsigned char *bytes = out ? jack_midi_event_reserve(out, (jack_nframes_t)at, 3) : NULL;

    if (!bytes)
        return 0;
    bytes[0] = status;
    bytes[1] = (unsigned char)tape.note;
    bytes[2] = 127;
    return 1;
}

static void end_note(void *out)
{
    (void)send_note(out, tape.until_end, 0x89);
    tape.until_end = LONG_MAX;
}

static void begin_note(void *out, jack_nframes_t frames)
{
    jack_nframes_t frame = tape.other.next - frames + (jack_nframes_t)tape.until_note;

    if (send_note(out, tape.until_note, 0x99)) {
        write_down(tape.notes, &tape.note_count, frame);
        tape.until_end = tape.length ? tape.until_note + tape.length : LONG_MAX;
    } else {
        write_down(tape.unsent, &tape.unsent_count, frame);
    }
    tape.until_note += tape.every;
}

static int stand_beside(jack_nframes_t frames, void *state)
{
    void *out = jack_port_get_buffer(tape.other.port, frames);

    (void)state;
    jack_midi_clear_buffer(out);
    if (tape.has_ended)
        return 0;
    (void)place_of(&tape.other, frames);
    if (jack_port_connected(tape.other.port) == 0)
        out = NULL;
    tape.was_connected |= out != NULL;
    if (!tape.was_connected)
        return 0;
    while (tape.every && (tape.until_note < (long)frames || tape.until_end < (long)frames))
        tape.until_end < tape.until_note ? end_note(out) : begin_note(out, frames);
    tape.until_note -= frames;
    tape.until_end -= tape.until_end == LONG_MAX ? 0 : (long)frames;
    return 0;
}

/* Wakes each millisecond on one processor, and records where it woke half a period late. */
static void *look_at(void *processor)
{
    jack_client_t *client = tape.recorder.client;
    jack_time_t half = 500000ULL * jack_get_buffer_size(client) / jack_get_sample_rate(client);
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET((unsigned)(uintptr_t)processor, &one);
    if (pthread_setaffinity_np(pthread_self(), sizeof(one), &one) != 0)
        return NULL;
    pthread_setschedparam(pthread_self(), SCHED_FIFO, &(struct sched_param){ .sched_priority = 90 });
    while (!tape.has_ended) {
        jack_time_t before = jack_get_time();
        usleep(LOOK_US);
        jack_time_t now = jack_get_time();
        unsigned n = now - before < LOOK_US + half ? STANDS : atomic_fetch_add(&tape.stood_count, 1);
        if (n < STANDS) {
            tape.stood[n][0] = jack_time_to_frames(client, before);
            tape.stood[n][1] = jack_time_to_frames(client, now);
        }
    }
    return NULL;
}

static unsigned look_at_all(pthread_t threads[PROCESSORS])
{
    unsigned count = 0;

    for (long i = 0; i < sysconf(_SC_NPROCESSORS_ONLN) && i < PROCESSORS; i++)
        if (pthread_create(&threads[count], NULL, look_at, (void *)i) == 0)
            count++;
    return count;
}

static void join_server(struct track *track, char **argv, const char *name, const char *type, unsigned long flags,
                        JackProcessCallback process)
{
    char unique[64];

    /* The engine remembers the connections of a port by its name, and process ids are used again. */
    snprintf(unique, sizeof(unique), "%s-%d-%llx", name, (int)getpid(), (unsigned long long)time(NULL));
    track->client = client_open(argv, unique, JackNullOption);
    track->port = jack_port_register(track->client, "at", type, flags, 0);
    if (!track->port || jack_set_process_callback(track->client, process, NULL) != 0)
        client_refused(argv, "no port");
}

static void make_room(size_t seconds)
{
    tape.room = seconds * jack_get_sample_rate(tape.recorder.client);
    tape.frames = malloc(tape.room * sizeof(float));
    if (!tape.frames)
        die_of("no memory");
    for (size_t i = 0; i < tape.room; i++)
        tape.frames[i] = NAN;
}

static void begin_tape(char **argv, size_t seconds, const char *port, const char *to)
{
    join_server(&tape.recorder, argv, "tape", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, record_period);
    join_server(&tape.other, argv, "beside", JACK_DEFAULT_MIDI_TYPE, JackPortIsOutput, stand_beside);
    make_room(seconds);
    tape.until_note = tape.every;
    tape.until_end = LONG_MAX;
    if (jack_activate(tape.recorder.client) != 0 || jack_activate(tape.other.client) != 0)
        client_refused(argv, "not activated");
    while (!client_ends && jack_connect(tape.recorder.client, port, jack_port_name(tape.recorder.port)) != 0)
        usleep(20000);
    while (!client_ends && to && jack_connect(tape.other.client, jack_port_name(tape.other.port), to) != 0)
        usleep(20000);
    puts("ready");
    fflush(stdout);
}

static void tell_stood(void)
{
    static unsigned printed;

    if (printed == tape.stood_count)
        return;
    printf("stood %u\n", printed = tape.stood_count);
    fflush(stdout);
}

/* Notes the time of day of the present frame, at each CLOCK_EVERY-th call. */
static void note_clock(void)
{
    static unsigned calls;
    struct timespec now;

    if (!tape.recorder.has_begun || tape.clock_count == CLOCKS || calls++ % CLOCK_EVERY != 0)
        return;
    long long *pair = tape.clock[tape.clock_count++];
    pair[0] = (int)(jack_frame_time(tape.recorder.client) - tape.recorder.first);
    clock_gettime(CLOCK_REALTIME, &now);
    pair[1] = now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

/* Prints the number of the recorder's connections when it changes. */
static void tell_connections(const char *again)
{
    static int printed = -1;
    int now = jack_port_connected(tape.recorder.port);

    if (now == 0 && again && jack_port_by_name(tape.recorder.client, again))
        jack_connect(tape.recorder.client, again, jack_port_name(tape.recorder.port));
    if (now == printed)
        return;
    printf("connected %d\n", printed = now);
    fflush(stdout);
}

static void print_frames(const char *key, const long *frames, unsigned count)
{
    printf("],\"%s\":[", key);
    for (unsigned i = 0; i < count; i++)
        printf("%s%ld", i ? "," : "", frames[i]);
}

/* Before the client leaves the server, which may hang. */
static void end_tape(const char *path)
{
    const size_t count = tape.count;
    FILE *file = fopen(path, "w");

    if (!file || fwrite(tape.frames, sizeof(float), count, file) != count || fclose(file) != 0)
        die_of("the file cannot be written");
    printf("{\"rate\":%u,\"period\":%u,\"first\":%u,\"frames\":%zu,\"missed\":%ld,\"baseline\":%ld,\"notes\":[",
           jack_get_sample_rate(tape.recorder.client), jack_get_buffer_size(tape.recorder.client), tape.recorder.first,
           count, (long)tape.recorder.missed, (long)tape.other.missed);
    for (unsigned i = 0; i < tape.note_count; i++)
        printf("%s%ld", i ? "," : "", tape.notes[i]);
    print_frames("unsent", tape.unsent, tape.unsent_count);
    print_frames("marks", tape.marks, tape.mark_count);
    printf("],\"stood\":[");
    for (unsigned i = 0; i < tape.stood_count && i < STANDS; i++)
        printf("%s[%d,%d]", i ? "," : "", (int)(tape.stood[i][0] - tape.recorder.first),
               (int)(tape.stood[i][1] - tape.recorder.first));
    printf("],\"clock\":[");
    for (unsigned i = 0; i < tape.clock_count; i++)
        printf("%s[%lld,%lld]", i ? "," : "", tape.clock[i][0], tape.clock[i][1]);
    puts("]}");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    long seconds = argc > 4 ? atol(argv[3]) : 0;
    const char *port = argc > 4 ? argv[4] : "", *again = *port == '+' ? ++port : NULL;
    pthread_t threads[PROCESSORS];
    unsigned looking;

    if (seconds <= 0 || (argc != 5 && argc != 8 && argc != 9))
        die_of("SERVER FILE SECONDS PORT [NOTE EVERY TO [LENGTH]]");
    signal(SIGTERM, client_end);
    signal(SIGINT, client_end);
    signal(SIGUSR1, on_mark);
    tape.note = argc >= 8 ? (unsigned)atoi(argv[5]) : 0;
    tape.every = argc >= 8 ? (unsigned)atoi(argv[6]) : 0;
    tape.length = argc == 9 ? (unsigned)atoi(argv[8]) : 0;
    begin_tape(argv, (size_t)seconds, port, argc >= 8 ? argv[7] : NULL);
    looking = look_at_all(threads);
    while (!client_ends && tape.count + jack_get_buffer_size(tape.recorder.client) <= tape.room) {
        tell_connections(again);
        tell_stood();
        note_clock();
        usleep(10000);
    }
    tape.has_ended = 1;
    while (looking > 0)
        pthread_join(threads[--looking], NULL);
    end_tape(argv[2]);
    client_leave(tape.other.client);
    client_leave(tape.recorder.client);
    return 0;
}
