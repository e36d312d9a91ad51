#include "frontends/osc/announce.h"

#include <string.h>

#include "frontends/osc/reply.h"
#include "store/pattern/message.h"

static const int64_t unknown_bar = -1;

static void say_loaded(struct osc *osc, const struct expected_pattern *one)
{
    const int64_t bar = osc->began_bar == unknown_bar ? one->bar : osc->began_bar;
    char sentence[MESSAGE_BAR_SIZE];

    reply_say(osc, &one->from, TEXT("/pattern/load"), text_of(message_of_bar(MESSAGE_LOADED_AT, bar, sentence)),
              ERR_OK);
}

void announce_expect(struct osc *osc, const struct sockaddr_in *from, const struct slot_said *said)
{
    const struct expected_pattern one = { said->pattern, said->bar, *from };

    if (!said->has_pattern || said->now || one.number < osc->began)
        return;
    if (one.number == osc->began) {
        say_loaded(osc, &one);
        return;
    }
    if (osc->expected_count == OSC_EXPECTED)
        memmove(osc->expected, osc->expected + 1, --osc->expected_count * sizeof(*osc->expected));
    osc->expected[osc->expected_count++] = one;
}

static void begin_pattern(struct osc *osc, uint64_t number, int64_t bar)
{
    uint32_t kept = 0;

    osc->began = number;
    osc->began_bar = bar;
    for (uint32_t i = 0; i < osc->expected_count; i++) {
        const struct expected_pattern one = osc->expected[i];

        if (one.number == number)
            say_loaded(osc, &one);
        else if (one.number > number)
            osc->expected[kept++] = one;
    }
    osc->expected_count = kept;
}

void announce_began(struct osc *osc, const struct audio_pattern_began *began)
{
    begin_pattern(osc, began->number, began->bar);
}

void announce_playing(struct osc *osc, uint64_t number)
{
    if (number != osc->began)
        begin_pattern(osc, number, unknown_bar);
}
