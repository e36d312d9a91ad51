/* take_inputs.c: the JACK ports that a take is to hear are connected, and it begins when they are. */
#include "schema_audio.h"
#include "services/streamer/takes.h"

enum { BUDGET_MS = 10000, PATIENCE_US = 3000000, AGAIN_US = 50000, SIDES = 2 };

static const struct text sides[SIDES] = { { 7, "in_left" }, { 8, "in_right" } };

static void connected(void *state, enum err error, const void *answer, const struct fault *fault);

/* One port is heard on both sides. */
static struct text from(const struct take *take, unsigned side)
{
    return text_of(take->inputs[take->inputs[side][0] ? side : 0]);
}

static void ask(struct take *take, const char *name, unsigned side)
{
    struct audio_connect request = { .port = sides[side % SIDES], .to = from(take, side % SIDES) };
    struct fault fault = { 0 };

    if (service_ask(take->takes->service, name, &request, BUDGET_MS, NULL, connected, take, &fault) != ERR_OK)
        take_fail(take, &fault);
}

static bool are_made(const struct take *take, const struct connections *all)
{
    unsigned made = 0;

    for (uint32_t i = 0; i < all->each.count; i++)
        for (unsigned side = 0; side < SIDES; side++)
            if (all->each.at[i].made && text_equal(all->each.at[i].port, sides[side]) &&
                text_equal(all->each.at[i].to, from(take, side)))
                made |= 1u << side;
    return made == (1u << SIDES) - 1;
}

static void ignore(void *state, enum err error, const void *answer, const struct fault *fault)
{
    (void)state, (void)error, (void)answer, (void)fault;
}

/* What is not there is not wanted for ever. */
static void give_up(struct take *take)
{
    struct fault fault;

    for (unsigned side = 0; side < SIDES; side++) {
        struct audio_disconnect request = { .port = sides[side], .to = from(take, side) };
        (void)service_ask(take->takes->service, "audio.disconnect", &request, BUDGET_MS, NULL, ignore, NULL, NULL);
    }
    fault_set(&fault, ERR_NOT_FOUND, "no such JACK port: \"%.*s\" or \"%.*s\"", TEXT_ARG(from(take, 0)),
              TEXT_ARG(from(take, 1)));
    fault_field(&fault, "inputs");
    take_fail(take, &fault);
}

static void connected(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct take *take = state;

    bool is_late = clock_steady() - take->since > PATIENCE_US;

    if (error == ERR_BUSY && !is_late) /* the core waits for JACK */
        take->told = clock_steady() + AGAIN_US;
    else if (error != ERR_OK)
        take_fail(take, fault);
    else if (++take->input < SIDES)
        ask(take, "audio.connect", take->input);
    else if (are_made(take, answer))
        take_is_connected(take);
    else if (is_late)
        give_up(take);
    else
        take->told = clock_steady() + AGAIN_US;
}

void take_connect(struct take *take)
{
    take->input = 0;
    take->since = clock_steady();
    if (take->inputs[0][0])
        ask(take, "audio.connect", 0);
    else
        take_is_connected(take);
}

void take_connect_again(struct take *take)
{
    if (take->told == 0 || clock_steady() < take->told)
        return;
    take->told = 0;
    take->input = take->input < SIDES ? take->input : SIDES - 1;
    ask(take, "audio.connect", take->input); /* asked again it changes nothing, and tells how it stands */
}
