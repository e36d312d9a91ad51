/* take_inputs.c: connects the JACK ports that a take records; the take begins when they are connected. The audio core
 * marks these connections (connection.for_take). After the take they are removed; after a crash the successor removes
 * them. */
#include <stdio.h>

#include "schema_audio.h"
#include "services/streamer/record/takes.h"

enum { BUDGET_MS = 10000, PATIENCE_US = 3000000, AGAIN_US = 50000, LOOK_US = 500000, SIDES = 2, SETTLED = 4 };

static const struct text sides[SIDES] = { { 7, "in_left" }, { 8, "in_right" } };

static void take_connection(void *state, enum err error, const void *answer, const struct fault *fault);

/* A single port is recorded on both sides. */
static struct text input_of(const struct take *take, unsigned side)
{
    return text_of(take->inputs[take->inputs[side][0] ? side : 0]);
}

static void ask_take_connect(struct take *take, const char *name, unsigned side)
{
    struct audio_connect request = { .port = sides[side % SIDES],
                                     .to = input_of(take, side % SIDES),
                                     .for_take = true };
    struct fault fault = { 0 };

    if (service_ask(take->takes->service, name, &request, BUDGET_MS, NULL, take_connection, take, &fault) != ERR_OK)
        take_fail(take, &fault);
}

static bool are_made(const struct take *take, const struct connections *all)
{
    unsigned made = 0;

    for (uint32_t i = 0; i < all->each.count; i++)
        for (unsigned side = 0; side < SIDES; side++)
            if (all->each.at[i].made && text_equal(all->each.at[i].port, sides[side]) &&
                text_equal(all->each.at[i].to, input_of(take, side)))
                made |= 1u << side;
    return made == (1u << SIDES) - 1;
}

static bool is_made(const struct connections *all, struct text to)
{
    for (uint32_t i = 0; i < all->each.count; i++)
        if (all->each.at[i].made && text_equal(all->each.at[i].to, to))
            return true;
    return false;
}

static void fail_inputs(struct take *take, const struct connections *all)
{
    struct text left = input_of(take, 0), right = input_of(take, 1);
    bool is_one = text_equal(left, right) || is_made(all, left) || is_made(all, right);
    struct text missing = is_made(all, left) ? right : left;
    struct fault fault;

    if (is_one)
        fault_set(&fault, ERR_NOT_FOUND, "no JACK port \"%.200s\"", missing.at);
    else
        fault_set(&fault, ERR_NOT_FOUND, "no JACK ports \"%.100s\" and \"%.100s\"", left.at, right.at);
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

/* The core's field is of its own ask. */
static void fail_input(struct take *take, const struct fault *fault)
{
    struct fault why = *fault;
    char field[16];

    snprintf(field, sizeof(field), "inputs[%u]", take->inputs[take->input % SIDES][0] ? take->input % SIDES : 0);
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
    else if (++take->input < SIDES)
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
    if (take->reported == 0 || clock_steady() < take->reported)
        return;
    take->reported = 0;
    take->input = take->input < SIDES ? take->input : SIDES - 1;
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
