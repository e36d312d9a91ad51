#include "services/streamer/record/take_inputs.h"

#include <stdio.h>

#include "schema_audio.h"
#include "services/streamer/record/take_end.h"
#include "services/streamer/record/take_folder.h"

enum { BUDGET_MS = 10000, PATIENCE_US = 3000000, AGAIN_US = 50000, LOOK_US = 500000, SIDES = 2, SETTLED = 4 };

static const struct text sides[SIDES] = { { 7, "in_left" }, { 8, "in_right" } };

static void take_connection(void *state, enum err error, const void *answer, const struct fault *fault);

static unsigned count_inputs(const struct take *take)
{
    unsigned count = 0;

    while (count < TAKE_INPUTS && take->inputs[count][0])
        count++;
    return count;
}

/* A single port is recorded on both sides. */
static unsigned count_links(const struct take *take)
{
    return count_inputs(take) > 1 ? count_inputs(take) : SIDES;
}

static unsigned index_of_input(const struct take *take, unsigned link)
{
    return link < count_inputs(take) ? link : 0;
}

static struct text input_of(const struct take *take, unsigned link)
{
    return text_of(take->inputs[index_of_input(take, link)]);
}

static void ask_take_connect(struct take *take, const char *name, unsigned link)
{
    struct audio_connect request = { .port = sides[link % SIDES], .to = input_of(take, link), .for_take = true };
    struct fault fault = { 0 };

    if (service_ask(take->takes->service, name, &request, BUDGET_MS, NULL, take_connection, take, &fault) != ERR_OK)
        take_fail(take, &fault);
}

static bool is_made(const struct connections *all, struct text port, struct text to)
{
    for (uint32_t i = 0; i < all->each.count; i++)
        if (all->each.at[i].made && text_equal(all->each.at[i].port, port) && text_equal(all->each.at[i].to, to))
            return true;
    return false;
}

static bool are_made(const struct take *take, const struct connections *all)
{
    for (unsigned link = 0; link < count_links(take); link++)
        if (!is_made(all, sides[link % SIDES], input_of(take, link)))
            return false;
    return true;
}

/* The fault names the first two ports that are missing. */
static void fail_inputs(struct take *take, const struct connections *all)
{
    struct text missing[2] = { 0 };
    unsigned count = 0;
    struct fault fault;

    for (unsigned link = 0; link < count_links(take) && count < 2; link++) {
        struct text input = input_of(take, link);
        if (!is_made(all, sides[link % SIDES], input) && !(count && text_equal(missing[0], input)))
            missing[count++] = input;
    }
    if (count == 2)
        fault_set(&fault, ERR_NOT_FOUND, "no JACK ports \"%.100s\" and \"%.100s\"", missing[0].at, missing[1].at);
    else
        fault_set(&fault, ERR_NOT_FOUND, "no JACK port \"%.200s\"", missing[0].at);
    fault_field(&fault, "inputs");
    fault_hint(&fault, "expected output ports as CLIENT:PORT; `jack_lsp -p` lists them");
    take_fail(take, &fault);
}

static void end_connecting(struct take *take)
{
    core_link_look(take->takes->core);
    take->connected = take->takes->core->state.periods;
    take_is_connected(take);
}

/* The core's fault names a field of the streamer's ask. It is replaced by a field of the client's ask. */
static void fail_input(struct take *take, const struct fault *fault)
{
    struct fault why = *fault;
    char field[16];

    snprintf(field, sizeof(field), "inputs[%u]", index_of_input(take, take->input));
    if (why.field[0])
        fault_field(&why, field);
    take_fail(take, &why);
}

static void take_connection(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct take *take = state;

    bool is_late = clock_steady() - take->since > PATIENCE_US;

    if (error == ERR_BUSY && !is_late) /* the core waits for JACK */
        take->reported = clock_steady() + AGAIN_US;
    else if (error != ERR_OK)
        fail_input(take, fault);
    else if (++take->input < count_links(take))
        ask_take_connect(take, "audio.connect", take->input);
    else if (are_made(take, answer))
        end_connecting(take);
    else if (is_late)
        fail_inputs(take, answer);
    else
        take->reported = clock_steady() + AGAIN_US;
}

void take_connect(struct take *take)
{
    take->input = 0;
    take->since = clock_steady();
    if (take->inputs[0][0]) {
        take->takes->has_inputs = true;
        ask_take_connect(take, "audio.connect", 0);
    } else {
        take_is_connected(take);
    }
}

bool take_is_audible(const struct take *take)
{
    uint64_t periods = take->takes->core->state.periods;

    return !take->inputs[0][0] || periods < take->connected || periods - take->connected >= SETTLED;
}

void take_connect_again(struct take *take)
{
    if (take->input >= count_links(take))
        take->input = count_links(take) - 1;
    /* A repeated ask changes nothing, and its answer contains the state. */
    ask_take_connect(take, "audio.connect", take->input);
}

/* ---- after the take ---- */

/* True if a take is due, starts or is captured. */
static bool is_take_running(const struct takes *takes)
{
    return takes->pass.is_due || (takes->recording.phase >= TAKE_STARTING && takes->recording.phase <= TAKE_STOPPING);
}

static void ignore_answer(void *state, enum err error, const void *answer, const struct fault *fault)
{
    (void)state, (void)error, (void)answer, (void)fault; /* the next tick finds what is left */
}

static void take_ports(void *state, enum err error, const void *answer, const struct fault *fault)
{
    const struct connections *all = answer;
    struct takes *takes = state;
    bool has_any = false;

    (void)fault;
    takes->is_freeing = false;
    if (error != ERR_OK || is_take_running(takes))
        return;
    for (uint32_t i = 0; i < all->each.count; i++) {
        struct audio_disconnect request = { .port = all->each.at[i].port, .to = all->each.at[i].to };
        if (!all->each.at[i].for_take)
            continue;
        has_any = true;
        (void)service_ask(takes->service, "audio.disconnect", &request, BUDGET_MS, NULL, ignore_answer, NULL, NULL);
    }
    takes->has_inputs = has_any;
}

void take_free_inputs(struct takes *takes)
{
    usec_t now = clock_steady();

    if (!takes->has_inputs || takes->is_freeing || is_take_running(takes) || now - takes->freed < LOOK_US)
        return;
    takes->freed = now;
    takes->is_freeing =
        service_ask(takes->service, "audio.ports", NULL, BUDGET_MS, NULL, take_ports, takes, NULL) == ERR_OK;
}
