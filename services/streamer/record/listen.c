#include "services/streamer/record/listen.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/beneath/door.h"
#include "schema_audio.h"

enum { BUDGET_MS = 10000, ANALYSE_MS = 60000, PATIENCE_US = 3000000, STALL_US = 5000000, AGAIN_US = 50000 };
enum { PIECE = 16384 };

static const double SECONDS = 4;
static const float SILENCE = 1e-4F; /* -80 dB: quieter frames before and after a sound are left out */
static const struct text own = { 6, "listen" };

typedef void answered(void *state, enum err error, const void *answer, const struct fault *fault);

/* ---- the end ---- */

static void ignore_answer(void *state, enum err error, const void *answer, const struct fault *fault)
{
    (void)state, (void)error, (void)answer, (void)fault;
}

static void disconnect_port(struct listening *listening, struct text to)
{
    struct audio_disconnect request = { .port = own, .to = to };

    (void)service_ask(listening->service, "audio.disconnect", &request, BUDGET_MS, NULL, ignore_answer, NULL, NULL);
}

static bool send_cue(const struct listening *listening, enum cue_verb verb, uint32_t generation)
{
    struct cue cue = { .frame = CUE_NOW, .verb = verb, .voice = CAPTURE_LISTEN, .generation = generation };

    return core_link_cue(listening->core, &cue);
}

/* Stops the capture, and disconnects the port. */
static void stop_and_disconnect(struct listening *listening)
{
    struct capture_header header = capture_header_get(listening->memory);

    if (header.generation && header.end == UINT64_MAX)
        (void)send_cue(listening, CUE_CAPTURE_STOP, header.generation);
    if (listening->port[0])
        disconnect_port(listening, text_of(listening->port));
}

static void end_listening(struct listening *listening)
{
    if (listening->wav.fd >= 0)
        close(listening->wav.fd);
    listening->wav = (struct wav){ .fd = -1 };
    listening->ticket = (struct ticket){ 0 };
    listening->port[0] = '\0';
    listening->phase = LISTEN_FREE;
}

static void fail_listening(struct listening *listening, const struct fault *fault)
{
    if (listening->phase < LISTEN_ANALYSING)
        stop_and_disconnect(listening);
    ticket_fail(listening->service, listening->ticket, fault);
    end_listening(listening);
}

static void set_phase(struct listening *listening, enum listen_phase phase)
{
    listening->phase = phase;
    listening->since = clock_steady();
    listening->again = 0;
}

static void ask_for_listening(struct listening *listening, const char *name, const void *request, uint32_t budget_ms,
                              answered *done)
{
    struct fault fault = { 0 };

    if (service_ask(listening->service, name, request, budget_ms, NULL, done, listening, &fault) != ERR_OK)
        fail_listening(listening, &fault);
}

/* ---- connecting only the wanted port ---- */

static void take_connection(void *state, enum err error, const void *answer, const struct fault *fault);

static void ask_connect(struct listening *listening)
{
    struct audio_connect request = { .port = own, .to = text_of(listening->port) };

    listening->again = 0;
    ask_for_listening(listening, "audio.connect", &request, BUDGET_MS, take_connection);
}

/* True if no other port is connected, or will be. `is_made`: the wanted port is connected. */
static bool is_alone(const struct listening *listening, const struct connections *all, bool *is_made)
{
    bool is_alone = true;

    *is_made = false;
    for (uint32_t i = 0; i < all->each.count; i++) {
        const struct connection *one = &all->each.at[i];
        bool is_it = text_is(one->to, listening->port);
        if (!text_equal(one->port, own))
            continue;
        *is_made |= is_it && one->made;
        is_alone &= is_it;
    }
    return is_alone;
}

static void fail_unknown(struct listening *listening)
{
    struct fault fault;

    fault_set(&fault, ERR_NOT_FOUND, "no JACK port \"%.200s\" has output", listening->port);
    fault_field(&fault, "port");
    fault_hint(&fault, "expected an output port as CLIENT:PORT; `jack_lsp -p` lists them");
    fail_listening(listening, &fault);
}

/* The core's field is of its own ask. */
static void fail_port(struct listening *listening, const struct fault *fault)
{
    struct fault why = *fault;

    if (why.field[0])
        fault_field(&why, "port");
    fail_listening(listening, &why);
}

static void take_connection(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct listening *listening = state;
    bool is_late = clock_steady() - listening->since > PATIENCE_US, is_made = false;

    if (error != ERR_OK && (error != ERR_BUSY || is_late)) /* busy: the core waits for JACK */
        fail_port(listening, fault);
    else if (error == ERR_OK && is_alone(listening, answer, &is_made) && is_made)
        set_phase(listening, LISTEN_STARTING);
    else if (is_late)
        fail_unknown(listening);
    else
        listening->again = clock_steady() + AGAIN_US;
}

static void take_ports(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct listening *listening = state;
    const struct connections *all = answer;

    for (uint32_t i = 0; error == ERR_OK && i < all->each.count; i++)
        if (text_equal(all->each.at[i].port, own) && !text_is(all->each.at[i].to, listening->port))
            disconnect_port(listening, all->each.at[i].to);
    if (!listening->ticket.number) {
        end_listening(listening);
    } else if (error != ERR_OK) {
        fail_listening(listening, fault);
    } else {
        set_phase(listening, LISTEN_CONNECTING);
        ask_connect(listening);
    }
}

static void clear_ports(struct listening *listening)
{
    set_phase(listening, LISTEN_CLEARING);
    ask_for_listening(listening, "audio.ports", NULL, BUDGET_MS, take_ports);
}

/* ---- analysing ---- */

static void take_analysis(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct listening *listening = state;
    struct fault nothing;

    if (error != ERR_OK) {
        fail_listening(listening, fault);
        return;
    }
    struct heard reply = *(const struct heard *)answer;
    reply.path = bytes_of(listening->port, strlen(listening->port));
    if (reply.found.has_embedding) {
        ticket_answer(listening->service, listening->ticket, &reply);
        end_listening(listening);
        return;
    }
    fault_set(&nothing, ERR_NOT_FOUND, "no sound was found in the signal of \"%.150s\"", listening->port);
    fault_hint(&nothing, "%.*s", TEXT_ARG(reply.found.failure));
    fail_listening(listening, &nothing);
}

static void fail_silent(struct listening *listening)
{
    struct fault fault;

    fault_set(&fault, ERR_NOT_FOUND, "only silence came from \"%.200s\"", listening->port);
    fault_hint(&fault, "play the sound while the command listens, or listen longer: --seconds N");
    fail_listening(listening, &fault);
}

/* The memory has no name, so its descriptor serves as the path. */
static void analyse_kept(struct listening *listening)
{
    char path[64];
    int len = snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(), listening->wav.fd);
    struct indexer_analyse request = { .path = bytes_of(path, (size_t)len) };
    struct fault fault;

    if (listening->kept == 0) {
        fail_silent(listening);
    } else if (wav_cut(&listening->wav, listening->kept, &fault) != ERR_OK ||
               wav_sync(&listening->wav, &fault) != ERR_OK) {
        fail_listening(listening, &fault);
    } else {
        stop_and_disconnect(listening);
        set_phase(listening, LISTEN_ANALYSING);
        ask_for_listening(listening, "indexer.analyse", &request, ANALYSE_MS, take_analysis);
    }
}

/* ---- from the ring into memory ---- */

static bool is_loud(const float *frame)
{
    return fabsf(frame[0]) > SILENCE || fabsf(frame[1]) > SILENCE;
}

/* Keeps the frames from the first loud one on; `kept` is the number up to the last loud one. */
static enum err keep_loud(struct listening *listening, const float *stereo, uint32_t frames, struct fault *fault)
{
    struct wav *wav = &listening->wav;
    uint32_t first = 0, last = frames;

    while (wav->frames == 0 && first < frames && !is_loud(stereo + (size_t)first * WAV_CHANNELS))
        first++;
    while (last > first && !is_loud(stereo + (size_t)(last - 1) * WAV_CHANNELS))
        last--;
    if (last > first)
        listening->kept = wav->frames + last - first;
    return wav_write(wav, wav->frames, stereo + (size_t)first * WAV_CHANNELS, frames - first, fault);
}

static enum err carry_frames(struct listening *listening, struct fault *fault)
{
    uint64_t at = ring_taken(&listening->ring), left = listening->most - listening->received;
    struct ring_span span = ring_look(&listening->ring, at, left < PIECE ? (uint32_t)left : PIECE);
    enum err e = ERR_OK;

    for (int i = 0; e == ERR_OK && i < 2; i++)
        e = keep_loud(listening, (const float *)(const void *)span.at[i], span.cells[i], fault);
    uint32_t cells = span.cells[0] + span.cells[1];
    ring_release(&listening->ring, at + cells);
    listening->received += cells;
    if (cells)
        listening->since = clock_steady();
    return e;
}

static bool is_port_captured(const struct listening *listening)
{
    return capture_header_get(listening->memory).generation == listening->generation;
}

static enum err begin_wav(struct listening *listening, struct fault *fault)
{
    const uint32_t rate = capture_header_get(listening->memory).rate;
    const struct wav_take take = { .generation = listening->generation,
                                   .rate = state_is_rate(rate) ? rate : core_link_rate(listening->core) };
    int fd = memfd_create(DOOR_MEMORY, MFD_CLOEXEC);

    listening->wav.fd = fd;
    if (fd < 0)
        return fault_errno(fault, ERR_FULL, errno, "cannot make a file in memory to listen");
    return wav_begin(&listening->wav, fd, WAV_FLOAT, &take, fault);
}

static void follow_start(struct listening *listening)
{
    struct fault fault;

    if (listening->again == 0) { /* the cue could not be sent yet */
        ring_release(&listening->ring, ring_taken(&listening->ring) + ring_ready(&listening->ring));
        listening->again = send_cue(listening, CUE_CAPTURE_START, listening->generation);
    }
    if (is_port_captured(listening)) {
        ring_release(&listening->ring, capture_header_get(listening->memory).begin);
        set_phase(listening, LISTEN_GOING);
        if (begin_wav(listening, &fault) != ERR_OK)
            fail_listening(listening, &fault);
    } else if (clock_steady() - listening->since > STALL_US) {
        fault_set(&fault, ERR_TIMEOUT, "the audio core does not start listening");
        fail_listening(listening, &fault);
    }
}

static void follow_capture(struct listening *listening)
{
    struct fault fault = { 0 };

    if (!is_port_captured(listening))
        fault_set(&fault, ERR_CONFLICT, "the audio core listens to another port");
    else if (clock_steady() - listening->since > STALL_US)
        fault_set(&fault, ERR_OFFLINE, "the audio core has stopped");
    else if (carry_frames(listening, &fault) == ERR_OK && listening->received >= listening->most)
        analyse_kept(listening);
    if (fault.code != ERR_OK)
        fail_listening(listening, &fault);
}

void listen_tick(struct listening *listening)
{
    switch (listening->phase) {
    case LISTEN_CONNECTING:
        if (listening->again && clock_steady() >= listening->again)
            ask_connect(listening); /* a repeated ask changes nothing, and its answer contains the state */
        break;
    case LISTEN_STARTING:
        follow_start(listening);
        break;
    case LISTEN_GOING:
        follow_capture(listening);
        break;
    case LISTEN_FREE:
    case LISTEN_CLEARING:
    case LISTEN_ANALYSING: /* waits for an answer */
        break;
    }
}

bool listen_busy(const struct listening *listening)
{
    return listening->phase != LISTEN_FREE;
}

/* ---- asks, open, close ---- */

enum err listen_begin(struct listening *listening, struct call *call, const struct streamer_listen *request)
{
    double seconds = request->has_seconds ? request->seconds : SECONDS;

    if (listening->phase != LISTEN_FREE && listening->ticket.number)
        return refuse(call, ERR_BUSY, "another client listens to \"%.200s\"", listening->port);
    enum err e = core_link_check(listening->core, CORE_PAUSE_US, call_fault(call));
    if (e != ERR_OK)
        return e;
    if (!text_copy(listening->port, sizeof(listening->port), request->port) || !listening->port[0])
        return refuse(call, ERR_BAD_REQUEST, "the name of the port is empty, or longer than %zu bytes",
                      sizeof(listening->port) - 1);
    listening->ticket = call_defer(call);
    if (!listening->ticket.number)
        return ERR_BUSY;
    struct id drawn = id_new();
    memcpy(&listening->generation, drawn.b + 12, sizeof(listening->generation)); /* random, as for takes */
    listening->generation |= 1;                                                  /* 0 means none */
    if (is_port_captured(listening))
        listening->generation += 2;
    listening->most = (uint64_t)llround(seconds * core_link_rate(listening->core));
    listening->received = listening->kept = 0;
    if (listening->phase == LISTEN_FREE)
        clear_ports(listening);
    return ERR_OK;
}

void listen_open(struct listening *listening, struct service *service, struct core_link *core)
{
    *listening = (struct listening){ .service = service, .core = core, .wav = { .fd = -1 } };
    listening->memory = studio_capture(core->studio, CAPTURE_LISTEN, &listening->ring);
    stop_and_disconnect(listening);
    clear_ports(listening); /* a predecessor may have died between the connection and the capture */
}

void listen_close(struct listening *listening)
{
    if (listening->wav.fd >= 0)
        close(listening->wav.fd);
    listening->wav.fd = -1;
}
