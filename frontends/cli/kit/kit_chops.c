/* kit_chops.c: a kit whose slots are parts of one sound: `kit build --chops`. A worker in its sandbox finds where they
 * begin (mode `chop`); no file is written. */
#include <math.h>
#include <unistd.h>

#include "frontends/cli/base/named.h"
#include "frontends/cli/base/reader.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/kit/kit_commands.h"
#include "frontends/cli/kit/kit_reader.h"
#include "frontends/cli/send/item_file.h"
#include "frontends/cli/sound/kit.h"
#include "proto/transport/foreign.h"
#include "proto/wire/codec_copy.h"
#include "schema_search.h"

enum { TRIES = 2, SLICES = 64 /* the pads of 8 × 8, which all have a MIDI note */ };
static const double nearly_whole = 0.03, most_apart = 0.25; /* of a beat: for each beat, and for the whole sound */

struct chopping {
    struct cli *cli;
    struct item item;
    bool by_beats;
    double beat; /* frames */
    struct chopped found;
};

/* ---- the sound ---- */

static enum err find_item(struct chopping *c, struct fault *fault)
{
    char *args[] = { (char *)(uintptr_t)c->cli->options.chops };
    struct search_get get = { .has_id = true };
    struct media_found found = { 0 };
    enum err e = named_first(c->cli, 1, args, &get.id, fault);

    if (e == ERR_OK)
        e = cli_ask(c->cli, "search.get", &get, &found, fault);
    if (e != ERR_OK)
        return e;
    codec_keep(&item_shape, &found.item, &c->cli->arena, &c->item);
    return c->item.media.kind.value == KIND_AUDIO && c->item.media.sample_rate
               ? ERR_OK
               : fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is no sound that the engine can play",
                           TEXT_ARG(c->item.media.name));
}

static double tempo_of(const struct item *item)
{
    for (uint32_t i = 0; i < item->facts.count; i++)
        if (text_is(item->facts.at[i].attribute, "bpm") && item->facts.at[i].has_number)
            return item->facts.at[i].number;
    return 0;
}

/* A sound that is nearly a whole number of beats has exactly as many. */
static enum err find_beat(struct chopping *c, struct fault *fault)
{
    const struct media *media = &c->item.media;
    const double bpm = tempo_of(&c->item);
    const double beat = bpm > 0 ? 60 * (double)media->sample_rate / bpm : 0;
    const double beats = beat > 0 ? (double)media->frames / beat : 0;

    if (beat <= 0) {
        fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" has no tempo by whose beats it could be chopped",
                  TEXT_ARG(media->name));
        return fault_hint(fault, "`loophole edit ID bpm=120` sets it; --kind vocal chops by phrases and syllables");
    }
    c->beat = beats > 0.5 && fabs(beats - round(beats)) < fmin(nearly_whole * round(beats), most_apart)
                  ? (double)media->frames / round(beats)
                  : beat;
    return ERR_OK;
}

/* ---- the worker ---- */

static enum err ask_worker(struct chopping *c, struct sandboxed *worker, int fd, const char *extension,
                           struct fault *fault)
{
    const struct chop_job job = {
        .number = 1, .extension = text_of(extension), .has_beat = c->by_beats, .beat = c->beat, .most = SLICES
    };
    struct chopped answer = { 0 };
    struct arena arena = { 0 };
    enum err e = pipe_send(&worker->pipe, &chop_job_shape, &job, fd, fault);

    if (e == ERR_OK)
        e = sandboxed_wait(worker, &chopped_shape, &arena, &answer, reader_patience(c->cli, KIT_READER_MS), NULL,
                           fault);
    if (e == ERR_OK)
        codec_keep(&chopped_shape, &answer, &c->cli->arena, &c->found);
    arena_free(&arena);
    return e;
}

static enum err chop_once(struct chopping *c, int fd, const char *extension, struct fault *fault)
{
    char why[SANDBOXED_WHY_SIZE];
    struct sandboxed worker = { 0 };
    enum err e = reader_start(c->cli, &worker, "chop", KIT_READER_FAILED, fault);

    if (e != ERR_OK)
        return e;
    e = ask_worker(c, &worker, fd, extension, fault);
    sandboxed_end(&worker, why);
    return e;
}

static bool are_in_order(const struct chopped *found)
{
    const struct chop_slice_list *slices = &found->slices;
    bool is_right = slices->count > 0 && slices->count <= SLICES && slices->at[0].frame == 0 &&
                    found->frames <= INT32_MAX && slices->at[slices->count - 1].frame < found->frames;

    for (uint32_t i = 1; is_right && i < slices->count; i++)
        is_right = slices->at[i].frame > slices->at[i - 1].frame;
    return is_right;
}

static enum err chop_file(struct chopping *c, int fd, const char *extension, struct fault *fault)
{
    enum err e = ERR_OFFLINE;

    for (int i = 0; i < TRIES && e == ERR_OFFLINE; i++)
        e = chop_once(c, fd, extension, fault);
    if (e == ERR_OFFLINE)
        return fault_set(fault, ERR_BAD_REQUEST, "it cannot be chopped: two workers ended");
    if (e == ERR_OK && c->found.failure.len)
        return fault_set(fault, ERR_BAD_REQUEST, "%.*s", TEXT_ARG(c->found.failure));
    if (e == ERR_OK && !are_in_order(&c->found))
        return fault_set(fault, ERR_BAD_REQUEST, "its worker sent an invalid answer");
    return e;
}

/* What our own decoders do not know, ffmpeg decodes first. */
static enum err chop_open(struct chopping *c, int fd, struct fault *fault)
{
    const struct foreign_plan plan = { c->cli->paths.programs, c->cli->paths.cache, fd };
    char extension[TEXT_EXTENSION_SIZE];
    int wav = -1;
    enum err e;

    text_extension(c->item.media.file, extension);
    e = chop_file(c, fd, extension, fault);
    if (e != ERR_BAD_REQUEST || !c->found.foreign)
        return e;
    e = foreign_decode(&plan, NULL, &wav, fault);
    if (e == ERR_OK)
        e = chop_file(c, wav, "wav", fault);
    if (wav >= 0)
        close(wav);
    return e;
}

static enum err chop_item(struct chopping *c, struct fault *fault)
{
    struct stat st;
    int fd = -1;
    enum err e = item_file_open(&c->item, true, &fd, &st, fault);

    if (e == ERR_OK)
        e = chop_open(c, fd, fault);
    if (fd >= 0)
        close(fd);
    return e;
}

/* ---- the kit ---- */

static struct text say_part(const struct chopping *c, const struct chop_slice *slice, uint64_t end)
{
    const double rate = (double)c->found.rate;
    struct text part = TEXT("before the first phrase");

    if (slice->phrase)
        part = c->by_beats ? arena_printf(&c->cli->arena, "bar %llu, beat %llu", (unsigned long long)slice->phrase,
                                          (unsigned long long)slice->part)
                           : arena_printf(&c->cli->arena, "phrase %llu, syllable %llu",
                                          (unsigned long long)slice->phrase, (unsigned long long)slice->part);
    return arena_printf(&c->cli->arena, "%.*s, from %.3f to %.3f s", TEXT_ARG(part), (double)slice->frame / rate,
                        (double)end / rate);
}

static struct kit_slot make_slot(const struct chopping *c, uint32_t number, uint32_t named)
{
    const struct chop_slice *slice = &c->found.slices.at[number];
    const uint64_t end = number + 1 < c->found.slices.count ? c->found.slices.at[number + 1].frame : c->found.frames;
    struct kit_layer *layer = arena_alloc(&c->cli->arena, sizeof(*layer));

    *layer = (struct kit_layer){ .media = c->item.media.id,
                                 .has_velocity_until = true,
                                 .velocity_until = 1,
                                 .has_gain = true,
                                 .gain = 1,
                                 .start = slice->frame,
                                 .end = end };
    return (struct kit_slot){ .slot = slice->phrase
                                          ? arena_printf(&c->cli->arena, c->by_beats ? "beat%u" : "chop%u", named)
                                          : TEXT("intro"),
                              .pad = number,
                              .layers = { 1, layer },
                              .why = say_part(c, slice, end),
                              .has_choke = true,
                              .choke = 1 };
}

static struct kit_slot_list make_slots(const struct chopping *c)
{
    struct kit_slot_list to = { 0, arena_array(&c->cli->arena, SLICES, sizeof(*to.at)) };
    uint32_t named = 0;

    for (uint32_t i = 0; i < c->found.slices.count; i++) {
        named += c->found.slices.at[i].phrase > 0;
        to.at[to.count++] = make_slot(c, i, named);
    }
    return to;
}

static enum err send_kit(struct chopping *c, struct fault *fault)
{
    const struct options *options = &c->cli->options;
    struct project_new_kit request = { .project = text_of(options->project ? options->project : ""),
                                       .family.value = c->by_beats ? KIT_FAMILY_DRUM : KIT_FAMILY_VOCAL,
                                       .slots = make_slots(c) };
    enum err e = kit_read_scope(c->cli, &request.scope, fault);

    request.name = options->name ? text_of(options->name)
                                 : arena_printf(&c->cli->arena, "%.*s chops", TEXT_ARG(c->item.media.name));
    return e == ERR_OK ? kit_send_change(c->cli, "project.new_kit", &request, fault) : e;
}

/* The options with which a kit is chosen: a chopped sound has its own slots. */
static enum err refuse_choice(const struct options *o, struct fault *fault)
{
    const char *const options[][2] = {
        { "--slots", o->slots },     { "--like", o->like },
        { "--tags", o->tags },       { "--without", o->without },
        { "--section", o->section }, { "--key", o->key },
        { "--in", o->in },           { "--seed", o->seed > 0 ? "" : NULL },
    };

    for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
        if (options[i][1]) {
            fault_set(fault, ERR_BAD_REQUEST, "%s chooses sounds, and --chops takes parts of one", options[i][0]);
            return fault_hint(fault, "leave one of them out");
        }
    return ERR_OK;
}

static enum err read_way(struct chopping *c, struct fault *fault)
{
    const struct text kind = text_of(c->cli->options.kind ? c->cli->options.kind : "vocal");

    c->by_beats = text_is(kind, "drum");
    return c->by_beats || text_is(kind, "vocal")
               ? refuse_choice(&c->cli->options, fault)
               : fault_set(fault, ERR_BAD_REQUEST, "--chops expects --kind vocal or drum, not %.*s", TEXT_ARG(kind));
}

static enum err chop_sound(struct cli *cli, struct fault *fault)
{
    struct chopping c = { .cli = cli };
    enum err e = read_way(&c, fault);

    if (e == ERR_OK)
        e = find_item(&c, fault);
    if (e == ERR_OK && c.by_beats)
        e = find_beat(&c, fault);
    if (e == ERR_OK)
        e = chop_item(&c, fault);
    return e == ERR_OK ? send_kit(&c, fault) : e;
}

enum err kit_build(struct cli *cli, struct fault *fault)
{
    return cli->options.chops ? chop_sound(cli, fault) : kit_build_chosen(cli, fault);
}
