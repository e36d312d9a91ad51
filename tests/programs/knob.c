/* knob: a JACK client with the ports NAME:out and NAME:in, a MIDI device. It sends each line of standard input, bytes
 * in hexadecimal ("b0 07 40"), in the next period, and prints each message that arrives at NAME:in in the same form.
 * For an empty line it prints "sent", once a period has all messages before it.
 *
 *   knob SERVER NAME [PORT [ALIAS]]
 *
 * PORT is another name of its output, and ALIAS an alias of that port. Prints "ready" when it is active. Ends at the
 * end of its input. */
#include <jack/midiport.h>
#include <jack/ringbuffer.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "tests/programs/sounding_client.h"

enum { LINES = 4096, WAIT_US = 1000 };

struct bytes {
    unsigned char len, at[3];
};

static struct knob {
    jack_client_t *client;
    jack_port_t *out, *in;
    jack_ringbuffer_t *sent, *heard;
    atomic_uint empty_lines;
} knob;

static int run_period(jack_nframes_t frames, void *state)
{
    void *out = jack_port_get_buffer(knob.out, frames), *in = jack_port_get_buffer(knob.in, frames);
    struct bytes message;
    jack_midi_event_t event;

    (void)state;
    jack_midi_clear_buffer(out);
    while (jack_ringbuffer_read_space(knob.sent) >= sizeof(message)) {
        jack_ringbuffer_read(knob.sent, (char *)&message, sizeof(message));
        (void)jack_midi_event_write(out, 0, message.at, message.len);
    }
    for (unsigned i = 0; jack_midi_event_get(&event, in, i) == 0; i++) {
        message = (struct bytes){ .len = event.size < 3 ? (unsigned char)event.size : 3 };
        memcpy(message.at, event.buffer, message.len);
        if (jack_ringbuffer_write_space(knob.heard) >= sizeof(message))
            jack_ringbuffer_write(knob.heard, (const char *)&message, sizeof(message));
    }
    return 0;
}

static void *print_heard(void *state)
{
    struct bytes message;
    unsigned reported = 0;

    for (;; usleep(WAIT_US)) {
        while (jack_ringbuffer_read_space(knob.heard) >= sizeof(message)) {
            jack_ringbuffer_read(knob.heard, (char *)&message, sizeof(message));
            for (unsigned i = 0; i < message.len; i++)
                printf(i ? " %02x" : "%02x", message.at[i]);
            puts("");
            fflush(stdout);
        }
        while (reported != atomic_load(&knob.empty_lines) && !jack_ringbuffer_read_space(knob.sent)) {
            reported++;
            puts("sent");
            fflush(stdout);
        }
    }
    return state;
}

static void open_client(char **argv, const char *port, const char *alias)
{
    knob.client = client_open(argv, argv[2], JackUseExactName);
    knob.out = jack_port_register(knob.client, port, JACK_DEFAULT_MIDI_TYPE, JackPortIsOutput, 0);
    knob.in = jack_port_register(knob.client, "in", JACK_DEFAULT_MIDI_TYPE, JackPortIsInput, 0);
    knob.sent = jack_ringbuffer_create(LINES * sizeof(struct bytes));
    knob.heard = jack_ringbuffer_create(LINES * sizeof(struct bytes));
    if (!knob.out || !knob.in || jack_set_process_callback(knob.client, run_period, NULL) != 0 ||
        (alias && jack_port_set_alias(knob.out, alias) != 0) || jack_activate(knob.client) != 0)
        client_refused(argv, "not active");
}

int main(int argc, char **argv)
{
    unsigned at[3] = { 0 };
    pthread_t printer;
    char line[64];

    if (argc < 3 || argc > 5)
        die_of("SERVER NAME [PORT [ALIAS]]");
    open_client(argv, argc > 3 ? argv[3] : "out", argc > 4 ? argv[4] : NULL);
    puts("ready");
    fflush(stdout);
    if (pthread_create(&printer, NULL, print_heard, NULL) != 0)
        die_of("no thread");
    while (fgets(line, sizeof(line), stdin)) {
        int count = sscanf(line, "%x %x %x", &at[0], &at[1], &at[2]);
        struct bytes message = { (unsigned char)count,
                                 { (unsigned char)at[0], (unsigned char)at[1], (unsigned char)at[2] } };
        if (count > 0)
            jack_ringbuffer_write(knob.sent, (const char *)&message, sizeof(message));
        else
            atomic_fetch_add(&knob.empty_lines, 1);
    }
    jack_client_close(knob.client);
    return 0;
}
