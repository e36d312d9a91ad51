#include "services/project/loop/loop_job.h"

struct loop_job *loop_job_of(struct work *work)
{
    struct loop_job *job = work->own;

    if (job)
        return job;
    job = arena_alloc(&work->kept, sizeof(*job));
    *job = (struct loop_job){ 0 };
    work->own = job;
    return job;
}

const char *loop_key_name(uint64_t fkey)
{
    static const char *const names[LOOP_KEYS] = { "F1", "F2", "F3", "F4",  "F5",  "F6",
                                                  "F7", "F8", "F9", "F10", "F11", "F12" };

    return fkey >= LOOP_FKEY_FIRST && fkey <= LOOP_FKEY_LAST ? names[loop_number(fkey)] : "F?";
}

enum err loop_check_unlocked(const struct loop *loop, struct fault *fault)
{
    if (!loop->fkey || !loop->locked)
        return ERR_OK;
    fault_set(fault, ERR_CONFLICT, "loop %s is locked", loop_key_name(loop->fkey));
    fault_hint(fault, "`loophole loop lock %s --off` unlocks it", loop_key_name(loop->fkey));
    return fault ? fault_field(fault, "fkey") : ERR_CONFLICT;
}

enum err loop_check_there(const struct loop *loop, uint64_t fkey, struct fault *fault)
{
    if (loop->fkey)
        return ERR_OK;
    fault_set(fault, ERR_NOT_FOUND, "%s has no loop", loop_key_name(fkey));
    fault_hint(fault, "`loophole loop capture %s` captures one", loop_key_name(fkey));
    return fault ? fault_field(fault, "fkey") : ERR_NOT_FOUND;
}

/* ---- asks ---- */

static void take_answered(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct work *work = state;
    struct loop_job *job = work->own;

    job->refused = error != ERR_OK && fault ? *fault : (struct fault){ .code = error };
    if (work->taken)
        work->taken(work, error == ERR_OK ? answer : NULL);
    work_continue(work);
}

/* A repeated ask repeats these asks under the same ids. */
static struct sender sender_of(const struct work *work, uint32_t step)
{
    uint8_t bytes[sizeof(work->sender.request.b) + 1];
    struct sender sender = work->sender;

    for (uint32_t i = 0; i < sizeof(work->sender.request.b); i++)
        bytes[i] = work->sender.request.b[i];
    bytes[sizeof(bytes) - 1] = (uint8_t)step;
    sender.request = id_of_bytes(bytes, sizeof(bytes));
    return sender;
}

static uint32_t budget_of(const struct work *work)
{
    const usec_t left = (call_deadline(work->call) - clock_steady()) / 1000 * 7 / 8;

    return left < 1 ? 1 : left > 600000 ? 600000 : (uint32_t)left;
}

enum err loop_job_ask(struct work *work, const char *name, const void *request,
                      void (*taken)(struct work *work, const void *answer), struct fault *fault)
{
    struct loop_job *job = loop_job_of(work);
    const struct sender sender = sender_of(work, job->step++);
    enum err e;

    work->taken = taken;
    e = service_ask(work->p->service, name, request, budget_of(work), &sender, take_answered, work, fault);
    work->is_sent = e == ERR_OK;
    return e;
}

static int rank_of(const struct loop_heard *heard)
{
    return heard->is_late ? 2 : heard->has_at;
}

/* A voice that is to come goes before the one of the same key that still sounds. */
static void note_voice(struct loop_job *job, const struct stream_voice *voice)
{
    const struct loop_heard heard = { .plays = true,
                                      .has_at = voice->has_at,
                                      .is_late = voice->state.value == STREAM_STATE_OPENING,
                                      .voice = (uint32_t)voice->voice,
                                      .at = voice->at };

    if (voice->has_loop_key && voice->state.value != STREAM_STATE_ENDING &&
        rank_of(&heard) >= rank_of(&job->heard[voice->loop_key - 1]))
        job->heard[voice->loop_key - 1] = heard;
}

void loop_job_take_voices(struct work *work, const void *answer)
{
    struct loop_job *job = work->own;
    const struct stream_voices *voices = answer;

    job->has_heard = true;
    job->is_unheard = voices == NULL;
    for (uint32_t i = 0; voices && i < voices->each.count; i++)
        note_voice(job, &voices->each.at[i]);
    if (voices)
        job->now = voices->frame;
}

static void take_voices(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct work *work = state;

    (void)fault;
    loop_job_take_voices(work, error == ERR_OK ? answer : NULL);
    work_continue(work);
}

enum err loop_job_hear(struct work *work, struct fault *fault)
{
    struct loop_job *job = loop_job_of(work);
    enum err e;

    if (job->has_heard)
        return ERR_OK;
    e = service_ask(work->p->service, "streamer.voices", &(const char){ 0 }, budget_of(work), NULL, take_voices, work,
                    fault);
    work->is_sent = e == ERR_OK;
    return e;
}

/* ---- answers ---- */

static void describe_voice(const struct loop_heard *heard, struct loop *loop)
{
    if (!heard->plays)
        return;
    loop->state.value = heard->has_at || heard->is_late ? LOOP_STATE_WAITING : LOOP_STATE_PLAYING;
    loop->has_voice = true;
    loop->voice = heard->voice;
    loop->has_at = heard->has_at;
    loop->at = heard->at;
    loop->has_late = loop->late = heard->is_late;
}

/* A capture goes before what the key has so far. */
static void describe_capture(struct work *work, struct txn *txn, struct loop *loop)
{
    const struct loop_job *job = work->own;
    struct loop_capture capture;

    if (loop_find_capture(txn, &work->arena, work->id, loop->fkey, &capture) != ERR_OK ||
        !loop_capture_is_of(&capture, job->now))
        return;
    loop->has_at = capture.mark.line.frame > job->now;
    loop->at = capture.mark.line.frame;
    loop->state.value = loop->has_at ? LOOP_STATE_WAITING : LOOP_STATE_CAPTURING;
    loop->has_voice = true;
    loop->voice = capture.mark.voice;
}

enum err loop_job_read(struct work *work, struct txn *txn, struct loop *to, struct element *rows, struct fault *fault)
{
    const struct loop_job *job = loop_job_of(work);
    enum err e = loop_find_all(txn, &work->arena, work->id, to, rows);

    if (e != ERR_OK)
        return fault_set(fault, e, "the loops cannot be read");
    for (uint32_t i = 0; i < LOOP_KEYS; i++) {
        struct loop *loop = &to[i];
        if (!loop->fkey)
            *loop = (struct loop){ .project = work->id, .volume = 0.5, .state.value = LOOP_STATE_EMPTY };
        else if (job->is_unheard)
            loop->state.value = LOOP_STATE_UNKNOWN;
        loop->fkey = LOOP_FKEY_FIRST + i;
        loop->placeholder = loop_find_placeholder(txn, &work->arena, loop);
        describe_voice(&job->heard[i], loop);
        describe_capture(work, txn, loop);
    }
    return ERR_OK;
}

enum err loop_job_answer_one(struct work *work, struct txn *txn, uint64_t fkey, struct fault *fault)
{
    struct loop loops[LOOP_KEYS];
    enum err e = loop_job_hear(work, fault);

    if (e != ERR_OK || work->is_sent)
        return e;
    e = loop_job_read(work, txn, loops, NULL, fault);
    if (e == ERR_OK)
        work_answer(work, &loops[loop_number(fkey)]);
    return e;
}

enum err loop_job_answer_all(struct work *work, struct txn *txn, struct fault *fault)
{
    struct loop all[LOOP_KEYS];
    struct loops answer = { .each = { 0, all } };
    enum err e = loop_job_hear(work, fault);

    if (e != ERR_OK || work->is_sent)
        return e;
    e = loop_job_read(work, txn, all, NULL, fault);
    for (uint32_t i = 0; e == ERR_OK && i < LOOP_KEYS; i++)
        if (all[i].state.value != LOOP_STATE_EMPTY)
            all[answer.each.count++] = all[i];
    if (e == ERR_OK)
        work_answer(work, &answer);
    return e;
}
