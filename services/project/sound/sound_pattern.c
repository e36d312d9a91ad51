#include "services/project/sound/sound_pattern.h"

enum { BUDGET_MS = 10000 };

static void take_answer(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct sound_pattern *s = state;
    const bool may_retry = error == ERR_BUSY || error == ERR_TIMEOUT || error == ERR_OFFLINE;

    (void)answer, (void)fault;
    if (error != ERR_OK && !may_retry)
        s->refused = s->revision;
    s->done(s->state, !may_retry);
}

bool sound_pattern_note(struct sound_pattern *s, struct project *p, struct txn *txn, struct arena *arena,
                        const struct element *project, const struct element *part, const struct sounding *now,
                        void (*done)(void *state, bool is_answered), void *state)
{
    struct audio_note_pattern request;
    struct sounding kept;
    struct fault fault = { 0 };

    if (now->has_pattern || part->revision == s->refused ||
        sound_body_read(txn, arena, project, part->body, &kept, &fault) != ERR_OK || !kept.has_pattern)
        return false;
    request.pattern = kept.pattern;
    *s = (struct sound_pattern){ s->refused, part->revision, done, state };
    return service_ask(p->service, "audio.note_pattern", &request, BUDGET_MS, NULL, take_answer, s, &fault) == ERR_OK;
}
