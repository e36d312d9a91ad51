#include "frontends/osc/announce.h"

#include <string.h>

#include "frontends/osc/reply.h"
#include "store/pattern/message.h"

void announce_expect(struct osc *osc, const struct sockaddr_in *from, const struct slot_said *said)
{
    if (!said->has_pattern || said->now)
        return;
    if (osc->expected_count == OSC_EXPECTED)
        memmove(osc->expected, osc->expected + 1, --osc->expected_count * sizeof(*osc->expected));
    osc->expected[osc->expected_count++] = (struct expected_pattern){ said->pattern, *from };
}

void announce_began(struct osc *osc, const struct audio_pattern_began *began)
{
    char sentence[MESSAGE_BAR_SIZE];
    uint32_t kept = 0;

    message_of_bar(MESSAGE_LOADED_AT, began->bar, sentence);
    for (uint32_t i = 0; i < osc->expected_count; i++) {
        const struct expected_pattern one = osc->expected[i];

        if (one.number == began->number)
            reply_say(osc, &one.from, TEXT("/pattern/load"), text_of(sentence), ERR_OK);
        else if (one.number > began->number)
            osc->expected[kept++] = one;
    }
    osc->expected_count = kept;
}
