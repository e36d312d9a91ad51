#include "services/worker/analyse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/musical_key.h"
#include "services/worker/analysis/sound_analysis.h"
#include "services/worker/decode/decode.h"
#include "services/worker/tags/content.h"
#include "services/worker/tags/form.h"
#include "services/worker/tags/midi.h"
#include "services/worker/tags/mpeg.h"
#include "services/worker/tags/tags.h"

enum {
    CHUNK_FRAMES = 4096,
    FACTS_TOTAL = LABELS_MAX + FINDINGS_FACTS_MAX + 1,
    ANALYSED_SECONDS_MAX = 4 * 3600,  /* of one sound; the rest is only counted */
    ANALYSED_SAMPLES_MAX = INT32_MAX, /* of one sound, all channels together */
};

struct analyser {
    struct sound_analysis *analysis;
    struct hash_stream *hash;
    struct sound_findings findings;
    struct hash content;
    uint64_t version; /* version of the facts */
    float chunk[CHUNK_FRAMES * DECODE_CHANNELS_MAX];
};

/* LOOPHOLE_ANALYSER=N in the environment raises the version, so that every file is analysed once more. */
static uint64_t version_of_this(void)
{
    const char *asked = getenv("LOOPHOLE_ANALYSER");
    unsigned long long version = asked ? strtoull(asked, NULL, 10) : 0;

    return version > ANALYSER_VERSION && version <= UINT32_MAX ? version : ANALYSER_VERSION;
}

struct analyser *analyser_new(void)
{
    struct analyser *analyser = alloc_zeroed(1, sizeof(*analyser));

    analyser->analysis = sound_analysis_new();
    analyser->hash = hash_new();
    analyser->version = version_of_this();
    if (analyser->analysis)
        return analyser;
    analyser_free(analyser);
    return NULL;
}

void analyser_free(struct analyser *analyser)
{
    if (!analyser)
        return;
    sound_analysis_free(analyser->analysis);
    hash_free(analyser->hash);
    free(analyser);
}

/* ---- facts as the schema declares them ---- */

static void add_findings(const struct sound_findings *findings, uint64_t version, struct fact_list *list)
{
    for (size_t i = 0; i < findings->fact_count && list->count < FACTS_TOTAL; i++) {
        const struct findings_fact *from = &findings->fact[i];
        list->at[list->count++] = (struct fact){ .attribute = text_of(from->attribute),
                                                 .source = { .value = SOURCE_ANALYSIS },
                                                 .has_number = from->is_number,
                                                 .number = from->number,
                                                 .has_text = !from->is_number,
                                                 .text = text_of(from->text),
                                                 .confidence = from->confidence,
                                                 .version = version,
                                                 .shown = true };
    }
}

static struct real_list copy_block(struct arena *arena, const float *from, uint32_t count)
{
    double *to = arena_array(arena, count, sizeof(*to));

    for (uint32_t i = 0; i < count; i++)
        to[i] = (double)from[i];
    return (struct real_list){ count, to };
}

static void set_embedding(const struct findings_embedding *from, struct arena *arena, struct embedding *to)
{
    *to = (struct embedding){
        .spectrum = copy_block(arena, from->spectrum, FINDINGS_SPECTRUM),
        .timbre = copy_block(arena, from->timbre, FINDINGS_TIMBRE),
        .pitch = copy_block(arena, from->pitch, FINDINGS_PITCH),
        .amplitude = copy_block(arena, from->amplitude, FINDINGS_AMPLITUDE),
        .rhythm = copy_block(arena, from->rhythm, FINDINGS_RHYTHM),
    };
}

static void set_artefacts(const struct sound_findings *findings, struct arena *arena, struct artefact_list *to)
{
    to->at = arena_array(arena, findings->artefact_count, sizeof(*to->at));
    for (size_t i = 0; i < findings->artefact_count; i++)
        to->at[to->count++] =
            (struct artefact){ .type = text_of(findings->artefact[i].type),
                               .version = findings->artefact[i].version,
                               .data = bytes_of(findings->artefact[i].data, findings->artefact[i].len) };
}

/* ---- decoding ---- */

/* A truncated file is analysed up to its end; the fact `truncated` reports it. */
static void note_truncation(struct arena *arena, int64_t frames, int64_t announced, struct fact_list *list)
{
    if (announced <= frames || list->count == FACTS_TOTAL)
        return;
    struct text words = arena_printf(arena, "%lld of %lld frames", (long long)frames, (long long)announced);
    list->at[list->count++] = (struct fact){ .attribute = TEXT("truncated"),
                                             .source = { .value = SOURCE_FILE },
                                             .has_text = true,
                                             .text = words,
                                             .confidence = 1,
                                             .version = LABELS_FILE_VERSION,
                                             .shown = true };
}

/* The frames that the header announces; -1: unknown. libsndfile already limits its PCM count to the frames present. */
static int64_t frames_announced(struct input *input, enum container container, const struct decode_format *format)
{
    struct payload payload;

    if (input->announced > 0)
        return (int64_t)((double)format->frames * ((double)input->announced / (double)input->there));
    if (content_payload(input, container, &payload) && payload.frame_bytes > 0 && payload.announced >= 0)
        return payload.announced / payload.frame_bytes;
    return container == CONTAINER_MP3 ? -1 : format->frames;
}

/* Feeds the analysis and returns the number of frames that were decoded. */
static int64_t feed_analysis(struct analyser *analyser, struct decode *decode, const struct decode_format *format)
{
    int64_t frames = 0, limit = (int64_t)ANALYSED_SECONDS_MAX * format->rate;
    size_t got;

    if (limit > ANALYSED_SAMPLES_MAX / format->channels)
        limit = ANALYSED_SAMPLES_MAX / format->channels;
    while (frames < limit && (got = decode_read(decode, analyser->chunk, CHUNK_FRAMES)) > 0) {
        sound_analysis_feed(analyser->analysis, analyser->chunk, got);
        frames += (int64_t)got;
    }
    if (frames >= limit && format->frames > frames && decode_has_frame(decode, format->frames - 1))
        frames = format->frames;
    return frames;
}

static void set_format(const struct decode_format *format, struct analysed *to)
{
    to->container = text_of(format->container);
    to->sample_format = text_of(format->sample_format);
    to->bit_depth = format->bit_depth;
    to->sample_rate = format->rate;
    to->channels = format->channels;
}

static enum err decode_and_analyse(struct analyser *analyser, struct input *input, enum container container,
                                   struct arena *arena, struct result *result, struct fault *fault)
{
    struct analysed *found = &result->found;
    struct decode_format format;
    struct decode *decode;
    int64_t begin = container == CONTAINER_MP3 ? mpeg_begin(input) : 0;

    enum err e = decode_open(&decode, input, begin, &format, fault);
    if (e != ERR_OK)
        return e;
    set_format(&format, found);
    e = sound_analysis_begin(analyser->analysis, format.rate, (int)format.channels);
    if (e == ERR_OK) {
        found->frames = feed_analysis(analyser, decode, &format);
        e = sound_analysis_end(analyser->analysis, &analyser->findings);
    }
    decode_close(decode);
    if (e != ERR_OK)
        return fault_set(fault, e, "sound of %u Hz and %u channels cannot be analysed", format.rate, format.channels);
    result->seconds = (double)found->frames / format.rate;
    note_truncation(arena, found->frames, frames_announced(input, container, &format), &found->facts);
    add_findings(&analyser->findings, analyser->version, &found->facts);
    set_artefacts(&analyser->findings, arena, &found->artefacts);
    found->has_embedding = found->frames > 0;
    set_embedding(&analyser->findings.embedding, arena, &found->embedding);
    return ERR_OK;
}

/* ---- MIDI ---- */

static struct fact *add_song_fact(const struct analyser *analyser, const char *attribute, double confidence,
                                  struct fact_list *list)
{
    struct fact *fact = &list->at[list->count++];

    *fact = (struct fact){ .attribute = text_of(attribute),
                           .source = { .value = SOURCE_ANALYSIS },
                           .confidence = confidence,
                           .version = analyser->version,
                           .shown = true };
    return fact;
}

static void add_song_number(const struct analyser *analyser, const char *attribute, double number, double confidence,
                            struct fact_list *list)
{
    struct fact *fact = add_song_fact(analyser, attribute, confidence, list);

    fact->has_number = true;
    fact->number = number;
}

static void add_song_facts(const struct analyser *analyser, const struct midi_song *song, struct fact_list *list)
{
    add_song_number(analyser, "note_count", (double)song->notes, 1, list);
    if (song->seconds > 0)
        add_song_number(analyser, "duration_s", song->seconds, 1, list);
    if (!song->has_tempo)
        add_song_number(analyser, "bpm", MIDI_USUAL_BPM, 0.5, list);
    if (song->pitched > 0) {
        add_song_number(analyser, "note_low", song->low, 1, list);
        add_song_number(analyser, "note_high", song->high, 1, list);
    }
    if (song->key >= 0) {
        struct fact *key = add_song_fact(analyser, "key", song->key_confidence, list);
        key->has_text = true;
        key->text = text_of(musical_key_name(song->key));
    }
}

/* ---- one file ---- */

static void read_tags(struct input *input, enum container container, struct arena *arena, struct fact_list *to)
{
    struct labels labels;

    labels_begin(&labels, arena);
    to->at = arena_array(arena, FACTS_TOTAL, sizeof(*to->at));
    tags_read(input, container, &labels);
    memcpy(to->at, labels.list.at, labels.list.count * sizeof(*to->at));
    to->count = labels.list.count;
}

/* Hash mode reads the tags too: files with the same content can have different tags. */
static enum err look_inside(struct analyser *analyser, struct input *input, enum container container,
                            enum worker_mode mode, struct arena *arena, struct result *result, struct fault *fault)
{
    struct midi_song song;

    if (!kind_is_decoded(container) && kind_of(container) != KIND_MIDI)
        return ERR_OK;
    read_tags(input, container, arena, &result->found.facts);
    if (mode != WORKER_MODE_HASH && kind_of(container) == KIND_MIDI) {
        if (midi_song_read(input, &song))
            add_song_facts(analyser, &song, &result->found.facts);
        else
            result->found.failure = TEXT("it has no track");
        return ERR_OK;
    }
    return mode == WORKER_MODE_HASH ? ERR_OK : decode_and_analyse(analyser, input, container, arena, result, fault);
}

/* `is_read`: the file could be read. `is_for_others`: ffmpeg may know its encoding. A MIDI file without a track has
 * nothing to analyse. */
static void set_state(struct analysed *found, enum worker_mode mode, enum container container, bool is_read,
                      bool is_for_others)
{
    if (is_for_others)
        found->state.value = ANALYSIS_STATE_WAITING;
    else if (found->failure.len > 0)
        found->state.value = kind_of(container) == KIND_MIDI && is_read ? ANALYSIS_STATE_NONE : ANALYSIS_STATE_FAILED;
    else
        found->state.value =
            mode == WORKER_MODE_HASH || kind_is_foreign(container) ? ANALYSIS_STATE_WAITING : ANALYSIS_STATE_DONE;
}

/* The sound that ffmpeg made of another file has not the form of that one. */
static void set_form(const struct job *job, struct input *input, enum container container, struct arena *arena,
                     struct analysed *found)
{
    uint8_t form[FORM_SIZE];

    found->has_form = !job->has_container && form_read(input, container, form);
    if (found->has_form)
        found->form = arena_bytes(arena, bytes_of(form, sizeof(form)));
}

/* The descriptor has the sound of another file, which was hashed before. */
static void name_other_file(const struct job *job, struct analysed *found)
{
    if (!job->has_container)
        return;
    found->container = job->container;
    found->content = job->content;
    found->sample_format = TEXT("other");
    found->bit_depth = 0;
}

/* The sound that ffmpeg made says nothing of the file that it was made of. */
static void stamp_file(const struct job *job, int fd, struct result *result)
{
    struct stat stat;

    result->has_after = !job->has_container && input_ask(fd, &stat);
    if (result->has_after)
        result->after = (struct file_times){ .size = (uint64_t)stat.st_size,
                                             .mtime = clock_usec(stat.st_mtim),
                                             .changed = clock_usec(stat.st_ctim) };
}

void analyse(struct analyser *analyser, const struct job *job, int fd, struct arena *arena, struct result *result)
{
    struct analysed *found = &result->found;
    struct input input = { 0 };
    struct fault fault = { 0 };
    enum container container = CONTAINER_UNKNOWN;
    enum worker_mode mode = job->mode.value == WORKER_MODE_HASH ? WORKER_MODE_HASH : WORKER_MODE_ANALYSE;

    result->number = job->number;
    found->analyser = analyser->version;
    enum err e = input_open(&input, fd, &fault);
    if (e == ERR_OK) {
        found->size = (uint64_t)input.size;
        found->mtime = input.mtime;
        container = kind_container(&input, job->extension);
        found->container = text_of(kind_word(container));
        analyser->content = content_hash(&input, container, analyser->hash);
        e = look_inside(analyser, &input, container, mode, arena, result, &fault);
        set_form(job, &input, container, arena, found);
    }
    if (e == ERR_OK && job->has_container && mode == WORKER_MODE_ANALYSE && found->frames == 0)
        e = fault_set(&fault, ERR_BAD_REQUEST, "ffmpeg decodes no sound of it");
    result->has_disk = result->disk = input.error != 0;
    if (input.error != 0)
        e = fault_errno(&fault, ERR_IO, input.error, "cannot read the file");
    else if (found->size > 0)
        found->content = bytes_of(analyser->content.b, sizeof(analyser->content.b));
    if (e != ERR_OK)
        found->failure = arena_printf(arena, "%s", fault.what);
    set_state(found, mode, container, e == ERR_OK,
              e == ERR_BAD_REQUEST && input.error == 0 && !job->has_container &&
                  content_may_be_foreign(&input, container));
    name_other_file(job, found);
    stamp_file(job, fd, result);
}
