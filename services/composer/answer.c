#include "services/composer/answer.h"

/* No count of a community comes near it; JSON keeps all integers up to here. */
static const uint64_t number_most = 1ULL << 53;

static enum verdict reject_answer(struct fault *fault, const char *why)
{
    fault_set(fault, ERR_BAD_REQUEST, "the server's answer is invalid: %s", why);
    return ANSWER_INVALID;
}

static bool are_in_order(const struct from_server *answer, uint64_t after)
{
    for (uint32_t i = 0; i < answer->lessons.count; i++) {
        if (answer->lessons.at[i].position <= after)
            return false;
        after = answer->lessons.at[i].position;
    }
    return answer->position == after;
}

static bool are_sent(const struct from_server *answer, const struct exchange_state *state,
                     const struct sent_offers *sent)
{
    for (uint32_t i = 0; i < answer->refused.count; i++)
        if (answer->refused.at[i].id <= state->accepted || answer->refused.at[i].id > sent->last)
            return false;
    return true;
}

static bool refuse_number(struct fault *fault, const char *name, uint64_t value)
{
    if (value <= number_most)
        return false;
    fault_set(fault, ERR_BAD_REQUEST, "the server's answer is invalid: %s %llu is out of range: 0 to %llu", name,
              (unsigned long long)value, (unsigned long long)number_most);
    return true;
}

/* The schema bounds the confidence, also against values that are no numbers. */
static bool has_absurd_lesson(const struct from_server *answer, struct fault *fault)
{
    for (uint32_t i = 0; i < answer->lessons.count; i++) {
        const struct lesson *one = &answer->lessons.at[i];
        if (refuse_number(fault, "position", one->position) || refuse_number(fault, "both", one->both) ||
            refuse_number(fault, "stacked", one->stacked) || refuse_number(fault, "later", one->later) ||
            refuse_number(fault, "studios", one->studios))
            return true;
    }
    return false;
}

static bool is_absurd(const struct from_server *answer, struct fault *fault)
{
    return refuse_number(fault, "accepted", answer->accepted) || refuse_number(fault, "position", answer->position) ||
           refuse_number(fault, "newest", answer->newest) || refuse_number(fault, "studios", answer->studios) ||
           refuse_number(fault, "least", answer->least) || has_absurd_lesson(answer, fault);
}

enum verdict answer_judge(const struct from_server *answer, const struct exchange_state *state,
                          const struct sent_offers *sent, struct fault *fault)
{
    if (!answer->epoch.len)
        return reject_answer(fault, "it has no epoch");
    if (is_absurd(answer, fault))
        return ANSWER_INVALID;
    if (state->epoch.len && !text_equal(state->epoch, answer->epoch))
        return ANSWER_OTHER_SERVER;
    if (answer->has_forgotten && answer->forgotten)
        return ANSWER_FORGOTTEN;
    if (!answer->known || answer->accepted < state->accepted || answer->accepted > state->newest)
        return ANSWER_RENEW;
    if (answer->again)
        return state->position ? ANSWER_AGAIN
                               : reject_answer(fault, "it begins the lessons again, but this studio has read none");
    if (!are_in_order(answer, state->position))
        return reject_answer(fault,
                             "its lessons are out of order, or the last one is not at the position that it states");
    if (answer->more && !answer->lessons.count)
        return reject_answer(fault, "it promises more lessons, but has none");
    if (sent->count && answer->accepted == state->accepted)
        return reject_answer(fault, "it neither takes nor refuses the offers");
    if (!are_sent(answer, state, sent))
        return reject_answer(fault, "it refuses an offer that it did not get");
    return ANSWER_KEEP;
}

/* Offers that the server holds, but that this talk did not send, are compared by the next talk. */
static uint64_t accepted_of(const struct from_server *answer, const struct exchange_state *state,
                            const struct sent_offers *sent)
{
    uint64_t most = sent->count ? sent->last : state->accepted;

    return answer->accepted < most ? answer->accepted : most;
}

struct persist_composer answer_changes(const struct from_server *answer, const struct exchange_state *state,
                                       const struct sent_offers *sent)
{
    return (struct persist_composer){ .has_accepted = true,
                                      .accepted = accepted_of(answer, state, sent),
                                      .refused = answer->refused,
                                      .has_after = true,
                                      .after = state->position,
                                      .position = answer->position,
                                      .lessons = answer->lessons,
                                      .has_epoch = true,
                                      .epoch = answer->epoch,
                                      .has_history = true,
                                      .history = answer->history,
                                      .has_studios = true,
                                      .studios = answer->studios,
                                      .has_least = true,
                                      .least = answer->least,
                                      .has_synced = true,
                                      .synced = clock_now() };
}
