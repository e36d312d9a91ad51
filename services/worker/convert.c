#include "services/worker/convert.h"

#include <math.h>
#include <unistd.h>

#include "schema_worker.h"
#include "services/worker/convert_sound.h"
#include "services/worker/convert_wav.h"
#include "services/worker/jobs.h"
#include "services/worker/tags/content.h"
#include "services/worker/tags/kept.h"
#include "services/worker/tags/kind.h"
#include "services/worker/tags/mpeg.h"

enum { STEP = 262144 /* samples of one answer */, MEASURED = 16 /* steps of one `measure` */ };

static const float CEILING = 0.98855309f; /* -0.1 dB */

struct converting {
    int fd; /* -1: no file is open */
    bool is_foreign;
    struct input input;
    struct convert_sound *sound;
    struct convert_wav wav;
    struct kept kept;
    int64_t cut; /* the first frame of the part … */
    bool is_cut; /* … that becomes the WAV */
    float peak;
    bool is_measured; /* or nothing is to be measured */
    struct buffer bytes;
    struct encoded_piece pieces[2];
};

static void close_source(struct converting *conversion)
{
    convert_sound_close(conversion->sound);
    conversion->sound = NULL;
    if (conversion->fd >= 0)
        close(conversion->fd);
    conversion->fd = -1;
}

/* ---- open ---- */

static unsigned least_bits(const struct decode_format *from)
{
    bool is_integer = text_is(text_of(from->sample_format), "pcm") || text_is(text_of(from->sample_format), "flac");

    if (is_integer && from->bit_depth <= 24)
        return from->bit_depth <= 16 ? 16 : 24;
    return is_integer || text_is(text_of(from->sample_format), "float") ? 32 : 24;
}

/* Fewer bits than the samples have need dither. */
static void choose_form(struct converting *conversion, const struct convert *ask)
{
    const struct convert_sound_form *form = convert_sound_form(conversion->sound);
    unsigned least = least_bits(&form->from), bits = ask->bits ? (unsigned)ask->bits : least;

    conversion->wav = (struct convert_wav){ .rate = form->rate,
                                            .channels = form->channels,
                                            .bits = bits,
                                            .gain = (float)pow(10, ask->gain_db / 20),
                                            .dither = bits < least || !form->is_exact || ask->normalise ||
                                                      ask->gain_db < 0 || ask->gain_db > 0 };
    conversion->peak = 0;
    conversion->is_measured = !ask->normalise;
}

static struct treatment read_treatment(const struct convert *ask)
{
    return (struct treatment){
        .from = ask->from, .until = ask->until, .fade_in = ask->fade_in, .fade_out = ask->fade_out
    };
}

static enum err open_sound(struct converting *conversion, const struct convert *ask, struct fault *fault)
{
    enum err e = input_open(&conversion->input, conversion->fd, fault);

    if (e != ERR_OK)
        return e;
    enum container container = kind_container(&conversion->input, ask->extension);
    conversion->is_foreign = kind_is_foreign(container);
    if (!kind_is_decoded(container))
        return fault_set(fault, ERR_BAD_REQUEST, "%s files cannot be decoded", kind_word(container));
    const struct convert_sound_plan plan = { .input = &conversion->input,
                                             .begin = container == CONTAINER_MP3 ? mpeg_begin(&conversion->input) : 0,
                                             .rate = (unsigned)ask->rate,
                                             .mono = ask->mono,
                                             .treatment = read_treatment(ask) };
    e = convert_sound_open(&conversion->sound, &plan, fault);
    conversion->is_foreign = e == ERR_BAD_REQUEST && content_may_be_foreign(&conversion->input, container);
    if (e == ERR_OK) {
        choose_form(conversion, ask);
        kept_read(&conversion->input, &conversion->kept);
        conversion->cut = ask->from;
        conversion->is_cut = ask->from > 0 || ask->until > 0;
    }
    return e;
}

static enum err open_source(struct converting *conversion, const struct convert *ask, int fd, struct converted *answer,
                            struct fault *fault)
{
    close_source(conversion);
    conversion->is_foreign = false;
    conversion->fd = fd;
    if (ask->bits != 0 && ask->bits != 16 && ask->bits != 24 && ask->bits != 32)
        return fault_set(fault, ERR_BAD_REQUEST, "%llu bits are invalid: expected 16, 24 or 32",
                         (unsigned long long)ask->bits);
    enum err e = open_sound(conversion, ask, fault);
    if (e != ERR_OK)
        return e;
    const struct convert_sound_form *form = convert_sound_form(conversion->sound);
    int64_t length = convert_sound_length(conversion->sound);
    double total = (double)length * form->rate / form->from.rate;
    answer->rate = form->rate;
    answer->channels = form->channels;
    answer->bits = conversion->wav.bits;
    answer->total = length < 0 || total > 9e15 ? -1 : (int64_t)ceil(total);
    return ERR_OK;
}

/* ---- measure and write ---- */

static enum err check_input(const struct converting *conversion, struct fault *fault)
{
    if (conversion->input.error == 0)
        return ERR_OK;
    return fault_errno(fault, ERR_IO, conversion->input.error, "cannot read the file");
}

static size_t read_step(struct converting *conversion, const float **frames)
{
    return convert_sound_read(conversion->sound, STEP / conversion->wav.channels, frames);
}

static void raise_peak(struct converting *conversion, const float *frames, size_t count)
{
    for (size_t i = 0; i < count * conversion->wav.channels; i++)
        conversion->peak = fmaxf(conversion->peak, fabsf(frames[i]));
}

static enum err measure_part(struct converting *conversion, struct converted *answer, struct fault *fault)
{
    const float *frames;
    size_t got = 1;

    for (int i = 0; i < MEASURED && got > 0; i++) {
        got = read_step(conversion, &frames);
        raise_peak(conversion, frames, got);
        answer->frames += got;
    }
    enum err e = check_input(conversion, fault);
    if (e != ERR_OK || got > 0)
        return e;
    answer->end = conversion->is_measured = answer->has_peak = true;
    answer->peak = (double)conversion->peak;
    conversion->wav.gain = conversion->peak > 0 ? CEILING / conversion->peak : 1;
    return convert_sound_rewind(conversion->sound, fault);
}

/* The first piece continues the file; after the last frame come the chunks, then the header. */
static void end_wav(struct converting *conversion)
{
    const struct convert_sound_form *form = convert_sound_form(conversion->sound);
    struct convert_wav *wav = &conversion->wav;
    size_t before = conversion->bytes.len;
    uint8_t head[CONVERT_WAV_HEAD];

    buffer_add(&conversion->bytes, "", wav->bytes & 1);
    if (conversion->is_cut)
        kept_cut(&conversion->kept, form->from.rate, (uint64_t)conversion->cut,
                 wav->frames * form->from.rate / wav->rate);
    kept_write(&conversion->kept, form->from.rate, wav->rate, wav->frames, &conversion->bytes);
    wav->after = conversion->bytes.len - before - (wav->bytes & 1);
    buffer_add(&conversion->bytes, head, convert_wav_head(wav, head));
}

static void show_pieces(struct converting *conversion, uint64_t at, bool end, struct converted *answer)
{
    uint8_t head[CONVERT_WAV_HEAD];
    size_t len = conversion->bytes.len, last = end ? convert_wav_head(&conversion->wav, head) : 0;
    const uint8_t *bytes = conversion->bytes.at;

    conversion->pieces[0] = (struct encoded_piece){ at, bytes_of(bytes, len - last) };
    conversion->pieces[1] = (struct encoded_piece){ 0, bytes_of(bytes + len - last, last) };
    answer->pieces = (struct encoded_piece_list){ end ? 2 : 1, conversion->pieces };
}

static enum err write_part(struct converting *conversion, struct converted *answer, struct fault *fault)
{
    struct convert_wav *wav = &conversion->wav;
    uint8_t head[CONVERT_WAV_HEAD];
    uint64_t at = wav->bytes + convert_wav_head(wav, head);
    const float *frames;

    if (!conversion->is_measured)
        return fault_set(fault, ERR_BAD_REQUEST, "it is not measured yet");
    size_t got = read_step(conversion, &frames);
    convert_wav_add(wav, frames, got, &conversion->bytes);
    enum err e = check_input(conversion, fault);
    if (e != ERR_OK)
        return e;
    if (convert_wav_is_full(wav))
        return fault_set(fault, ERR_TOO_LARGE, "it would have more than 4 GiB, the most that a WAV can hold");
    if (got == 0)
        end_wav(conversion);
    answer->frames = wav->frames;
    answer->clipped = wav->clipped;
    answer->end = got == 0;
    show_pieces(conversion, at, got == 0, answer);
    return ERR_OK;
}

/* ---- asks ---- */

static enum err do_verb(struct converting *conversion, const struct convert *ask, struct job_call *call,
                        struct converted *answer, struct fault *fault)
{
    if (ask->verb.value == CONVERT_VERB_OPEN)
        return open_source(conversion, ask, jobs_take_fd(call), answer, fault);
    if (!conversion->sound)
        return fault_set(fault, ERR_BAD_REQUEST, "no file is open");
    return ask->verb.value == CONVERT_VERB_MEASURE ? measure_part(conversion, answer, fault)
                                                   : write_part(conversion, answer, fault);
}

static enum err answer_convert(void *state, struct job_call *call, struct fault *fault)
{
    struct converting *conversion = state;
    const struct convert *ask = call->job;
    struct converted answer = { .number = ask->number };
    struct fault why = { 0 };

    buffer_reset(&conversion->bytes);
    if (do_verb(conversion, ask, call, &answer, &why) != ERR_OK) {
        close_source(conversion);
        answer = (struct converted){ .number = ask->number,
                                     .failure = text_of(why.what),
                                     .has_foreign = conversion->is_foreign,
                                     .foreign = conversion->is_foreign };
    }
    return pipe_send(call->pipe, &converted_shape, &answer, -1, fault);
}

enum err convert_run(struct pipe *pipe, struct fault *fault)
{
    struct converting conversion = { .fd = -1 };
    enum err e = jobs_answer(pipe, &convert_shape, answer_convert, &conversion, fault);

    close_source(&conversion);
    buffer_free(&conversion.bytes);
    return e;
}
