/* What was played on the pads as a pattern: its text, which a client may save to a slot. Nothing is changed. */
#include "proto/wire/codec_copy.h"
#include "services/project/kit/heard_pattern.h"
#include "services/project/kit/kit_handlers.h"
#include "services/project/kit/kit_played.h"
#include "services/project/kit/kit_workspace.h"
#include "store/pattern/pattern_file.h"

struct pattern_job {
    struct kit_played played;
    bool has_sounds;
    struct loaded_sound_list sounds;
};

static enum err begin_pattern(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn;
    work->own = arena_alloc(&work->kept, sizeof(struct pattern_job));
    *(struct pattern_job *)work->own = (struct pattern_job){ .has_sounds = false };
    return kit_played_ask_pads(work, fault);
}

static void take_sounds(struct work *work, const void *answer)
{
    struct pattern_job *job = work->own;
    struct loaded_sounds kept;

    job->has_sounds = true;
    if (codec_copy(&loaded_sounds_shape, answer, &work->kept, &kept) == ERR_OK)
        job->sounds = kept.each;
}

/* The item of a loaded sound; zero: it is no item. */
static struct id find_item(const struct pattern_job *job, bool has_sound, uint64_t sound)
{
    for (uint32_t i = 0; has_sound && i < job->sounds.count; i++)
        if (job->sounds.at[i].sound == sound)
            return job->sounds.at[i].id;
    return (struct id){ { 0 } };
}

/* The sound of a pad, or that of its first layer. */
static struct id media_of(const struct pattern_job *job, const struct pad *pad)
{
    const struct pad_layer *layer = pad->layers.count ? &pad->layers.at[0] : NULL;

    if (pad->has_wave)
        return (struct id){ { 0 } };
    if (layer)
        return layer->has_id ? layer->id : find_item(job, layer->has_sound, layer->sound);
    return pad->has_id ? pad->id : find_item(job, pad->has_sound, pad->sound);
}

/* A row has the name of the slot of the loaded kit, or that of its pad. */
static void name_pads(struct work *work, struct txn *txn, struct heard_pad pads[HEARD_PADS])
{
    const struct loaded_kit loaded = kit_workspace_read(txn, &work->arena, work->id);
    struct element part;
    struct kit kit;

    for (uint32_t i = 0; i < HEARD_PADS; i++)
        pads[i].name = arena_printf(&work->arena, "pad %u", i);
    if (kit_workspace_kit(work, txn, &part, &kit, NULL) != ERR_OK)
        return;
    for (uint32_t i = 0; i < kit.slots.count; i++)
        if (loaded.first + kit.slots.at[i].pad < HEARD_PADS)
            pads[loaded.first + kit.slots.at[i].pad].name = kit.slots.at[i].slot;
}

static enum err make_pattern(struct work *work, struct txn *txn, struct kit_pattern *to, struct fault *fault)
{
    const struct project_played_pattern *ask = work->ask;
    const struct pattern_job *job = work->own;
    const struct kit_played *played = &job->played;
    struct heard_pad *pads = arena_array(&work->arena, HEARD_PADS, sizeof(*pads));
    struct pattern_file *file = arena_alloc(&work->arena, sizeof(*file));
    struct remarks remarks = { .arena = &work->arena };
    uint64_t lost;
    enum err e;

    for (uint32_t i = 0; i < HEARD_PADS; i++)
        pads[i] = (struct heard_pad){ .pad = played->pads[i], .media = media_of(job, &played->pads[i]) };
    name_pads(work, txn, pads);
    *file = (struct pattern_file){ .pattern = { .timestamp = 0 } };
    e = heard_pattern(&played->heard, played->first, (uint32_t)ask->bars, played->rate, pads, &work->arena,
                      &file->pattern, &remarks, fault);
    lost = heard_lost(&played->heard, played->first, (uint32_t)ask->bars);
    if (lost)
        remark_add(&remarks, "%llu hit%s of these bars are lost: the streamer was dead for too long",
                   (unsigned long long)lost, text_plural(lost));
    if (e == ERR_OK)
        e = pattern_file_text(file, &work->arena, &to->file, fault);
    to->rows = file->pattern.sequencer.tracks.count;
    to->steps = ask->bars * HEARD_STEPS;
    to->bpm = file->pattern.sequencer.bpm;
    to->remarks = remarks.list;
    return e;
}

static enum err answer_pattern(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_played_pattern *ask = work->ask;
    const struct kit_played_choice choice = { ask->bars, ask->has_quantise ? ask->quantise : 0,
                                              ask->has_strength ? ask->strength : 1 };
    struct pattern_job *job = work->own;
    struct kit_pattern answer = { .steps = 0 };
    enum err e = kit_played_read(work, &job->played, &choice, fault);

    if (e != ERR_OK || work->is_sent)
        return e;
    if (!job->has_sounds)
        return work_ask(work, "streamer.sounds", NULL, take_sounds, fault);
    e = make_pattern(work, txn, &answer, fault);
    if (e == ERR_OK)
        work_answer(work, &answer);
    return e;
}

const struct handler kit_handler_pattern = { .before = begin_pattern, .answer = answer_pattern };
