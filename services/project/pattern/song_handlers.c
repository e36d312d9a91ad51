/* What the service does for the asks about songs. */
#include "services/project/pattern/slot_handlers.h"
#include "services/project/pattern/song.h"
#include "services/project/pattern/song_follow.h"

static enum err read_song(struct work *work, struct txn *txn, struct tree *body, struct song *to, struct fault *fault)
{
    struct element project;
    enum err e = work_project(work, txn, &project, fault);

    if (e == ERR_OK)
        e = tree_read(project.body, &work->arena, body, fault);
    if (e == ERR_OK)
        song_read(body, &work->arena, to);
    return e;
}

static void answer_song(struct work *work, const struct song *song, struct text message)
{
    const struct song_said said = { .message = message, .entries = song->entries, .loop = song->loop };

    work_answer(work, &said);
}

static enum err answer_read(struct work *work, struct txn *txn, struct fault *fault)
{
    struct tree body;
    struct song song;
    enum err e = read_song(work, txn, &body, &song, fault);

    if (e == ERR_OK)
        answer_song(work, &song, message_counted(MESSAGE_SONG, &work->arena, song.entries.count, (struct text){ 0 }));
    return e;
}

const struct handler song_handler_show = { .answer = answer_read };

/* ---- set ---- */

static enum err plan_song(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_set_song *ask = work->ask;
    struct slot_banks banks;
    struct element project;
    struct action action;
    struct tree body;
    struct song song;
    enum err e = work_project(work, txn, &project, fault);

    slot_read_banks(txn, &work->arena, work->id, &banks);
    if (e == ERR_OK)
        e = tree_read(project.body, &work->arena, &body, fault);
    if (e == ERR_OK)
        e = song_parse(ask->entries, banks.current, &work->arena, &song, fault);
    if (e != ERR_OK)
        return e;
    song.loop = ask->loop;
    tree_set(&body, &work->arena, "song", song_tree(&song, &work->arena));
    action =
        action_put(ELEMENT_KIND_PROJECT, work->id, work->id, tree_canonical(&body, &work->arena), project.revision);
    return slot_job_send(work, "change song", &action, 1, fault);
}

const struct handler song_handler_set = { .plan = plan_song, .answer = answer_read };

/* ---- play ---- */

static enum err refuse_number(struct work *work, const struct song *song, uint64_t number, struct fault *fault)
{
    if (song->entries.count == 0)
        (void)message_fault(MESSAGE_SONG_EMPTY, (struct text){ 0 }, (struct text){ 0 }, fault);
    else
        (void)message_fault(MESSAGE_SONG_ENTRY, arena_printf(&work->arena, "%llu", (unsigned long long)number),
                            (struct text){ 0 }, fault);
    return song->entries.count == 0 ? fault_hint(fault, "`loophole song set SLOT…` makes one")
                                    : fault_hint(fault, "entries of the song: %u; the first is 1", song->entries.count);
}

static enum err begin_play(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_play_song *ask = work->ask;
    const uint64_t number = ask->entry ? ask->entry : 1;
    struct slot_job *job = slot_job_of(work);
    struct slot_banks banks;
    struct tree body;
    struct song song;
    enum err e = read_song(work, txn, &body, &song, fault);

    if (ask->has_after)
        slot_job_separate(work);
    if (e == ERR_OK && number > song.entries.count)
        e = refuse_number(work, &song, number, fault);
    if (e == ERR_OK)
        e = slot_job_begin(work, txn, &banks, fault);
    if (e != ERR_OK)
        return e;
    job->entry = song.entries.at[number - 1];
    job->entry_number = (uint32_t)number;
    job->bank_number = (uint32_t)job->entry.bank;
    slot_job_read(work, &(uint32_t){ (uint32_t)job->entry.slot }, 1);
    return ERR_OK;
}

static enum err plan_play(struct work *work, struct txn *txn, struct fault *fault)
{
    struct action actions[2];
    enum err e = slot_job_keep(work, txn, fault);

    return e == ERR_OK ? slot_job_send(work, "play song", actions, slot_job_adopt(work, actions), fault) : e;
}

static enum err sound_entry(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_play_song *ask = work->ask;
    const struct slot_job *job = slot_job_of(work);
    struct audio_set_pattern request = { .pattern = job->pattern->pattern,
                                         .has_song = true,
                                         .song = job->entry_number,
                                         .has_bars = true,
                                         .bars = job->entry.bars,
                                         .has_after = ask->has_after,
                                         .after = ask->after,
                                         .has_start = true,
                                         .start = !ask->has_after };

    slot_job_write(work, txn, false);
    return slot_job_set_pattern(work, txn, &request, fault);
}

static enum err answer_play(struct work *work, struct txn *txn, struct fault *fault)
{
    song_follow(work->p);
    return slot_answer_said(work, txn, fault);
}

const struct handler song_handler_play = {
    .before = begin_play,
    .plan = plan_play,
    .after = sound_entry,
    .answer = answer_play,
};

/* ---- stop ---- */

static void take_left(struct work *work, const void *answer)
{
    (void)work, (void)answer;
}

static enum err leave_song(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn;
    return work_ask(work, "audio.leave_song", NULL, take_left, fault);
}

static enum err answer_left(struct work *work, struct txn *txn, struct fault *fault)
{
    struct tree body;
    struct song song;
    enum err e = read_song(work, txn, &body, &song, fault);

    if (e == ERR_OK)
        answer_song(work, &song, message_text(MESSAGE_SONG_LEFT, &work->arena, (struct text){ 0 }, (struct text){ 0 }));
    return e;
}

const struct handler song_handler_stop = { .before = leave_song, .answer = answer_left };
