#include "services/worker/decode/decode.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

#define SAMPLE_MAX 1e6f /* a larger sample is damage */

struct decode {
    SNDFILE *file;
    struct input *input;
    int64_t begin; /* offset in the file of libsndfile's first byte */
    int64_t at;    /* relative to `begin` */
    unsigned channels;
};

/* ---- the functions through which libsndfile reads ---- */

static sf_count_t io_length(void *state)
{
    struct decode *decode = state;

    return decode->input->size - decode->begin;
}

static sf_count_t io_seek(sf_count_t offset, int whence, void *state)
{
    struct decode *decode = state;
    int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? decode->at : io_length(state), to;

    if (__builtin_add_overflow(from, offset, &to) || to < 0 || to > INT64_MAX / 2)
        return -1;
    return decode->at = to;
}

static sf_count_t io_read(void *to, sf_count_t len, void *state)
{
    struct decode *decode = state;
    size_t got = len > 0 ? input_read(decode->input, decode->begin + decode->at, to, (size_t)len) : 0;

    decode->at += (int64_t)got;
    return (sf_count_t)got;
}

static sf_count_t io_write(const void *from, sf_count_t len, void *state)
{
    (void)from, (void)len, (void)state;
    return 0;
}

static sf_count_t io_tell(void *state)
{
    return ((struct decode *)state)->at;
}

static SF_VIRTUAL_IO io = { io_length, io_seek, io_read, io_write, io_tell };

/* ---- names ---- */

static const struct {
    int format;
    const char *name;
} containers[] = {
    { SF_FORMAT_WAV, "wav" },     { SF_FORMAT_WAVEX, "wav" }, { SF_FORMAT_RF64, "wav" },    { SF_FORMAT_AIFF, "aiff" },
    { SF_FORMAT_FLAC, "flac" },   { SF_FORMAT_OGG, "ogg" },   { SF_FORMAT_MPEG, "mp3" },    { SF_FORMAT_AU, "au" },
    { SF_FORMAT_CAF, "caf" },     { SF_FORMAT_W64, "w64" },   { SF_FORMAT_VOC, "voc" },     { SF_FORMAT_SVX, "8svx" },
    { SF_FORMAT_PAF, "paf" },     { SF_FORMAT_NIST, "nist" }, { SF_FORMAT_IRCAM, "ircam" }, { SF_FORMAT_MAT4, "mat4" },
    { SF_FORMAT_MAT5, "mat5" },   { SF_FORMAT_PVF, "pvf" },   { SF_FORMAT_XI, "xi" },       { SF_FORMAT_HTK, "htk" },
    { SF_FORMAT_SDS, "sds" },     { SF_FORMAT_AVR, "avr" },   { SF_FORMAT_SD2, "sd2" },     { SF_FORMAT_WVE, "wve" },
    { SF_FORMAT_MPC2K, "mpc2k" },
};

static const struct {
    int format;
    const char *name;
    unsigned bits;
} samples[] = {
    { SF_FORMAT_PCM_S8, "pcm", 8 },         { SF_FORMAT_PCM_U8, "pcm", 8 },
    { SF_FORMAT_PCM_16, "pcm", 16 },        { SF_FORMAT_PCM_24, "pcm", 24 },
    { SF_FORMAT_PCM_32, "pcm", 32 },        { SF_FORMAT_FLOAT, "float", 32 },
    { SF_FORMAT_DOUBLE, "float", 64 },      { SF_FORMAT_ULAW, "ulaw", 8 },
    { SF_FORMAT_ALAW, "alaw", 8 },          { SF_FORMAT_IMA_ADPCM, "adpcm", 4 },
    { SF_FORMAT_MS_ADPCM, "adpcm", 4 },     { SF_FORMAT_VOX_ADPCM, "adpcm", 4 },
    { SF_FORMAT_NMS_ADPCM_16, "adpcm", 2 }, { SF_FORMAT_NMS_ADPCM_24, "adpcm", 3 },
    { SF_FORMAT_NMS_ADPCM_32, "adpcm", 4 }, { SF_FORMAT_G721_32, "adpcm", 4 },
    { SF_FORMAT_G723_24, "adpcm", 3 },      { SF_FORMAT_G723_40, "adpcm", 5 },
    { SF_FORMAT_GSM610, "gsm", 0 },         { SF_FORMAT_VORBIS, "vorbis", 0 },
    { SF_FORMAT_OPUS, "opus", 0 },          { SF_FORMAT_ALAC_16, "alac", 16 },
    { SF_FORMAT_ALAC_20, "alac", 20 },      { SF_FORMAT_ALAC_24, "alac", 24 },
    { SF_FORMAT_ALAC_32, "alac", 32 },      { SF_FORMAT_MPEG_LAYER_I, "mpeg", 0 },
    { SF_FORMAT_MPEG_LAYER_II, "mpeg", 0 }, { SF_FORMAT_MPEG_LAYER_III, "mpeg", 0 },
    { SF_FORMAT_DWVW_12, "dwvw", 12 },      { SF_FORMAT_DWVW_16, "dwvw", 16 },
    { SF_FORMAT_DWVW_24, "dwvw", 24 },      { SF_FORMAT_DPCM_8, "dpcm", 8 },
    { SF_FORMAT_DPCM_16, "dpcm", 16 },
};

static void name_format(const SF_INFO *info, struct decode_format *to)
{
    int container = info->format & SF_FORMAT_TYPEMASK, sample = info->format & SF_FORMAT_SUBMASK;

    *to = (struct decode_format){ .container = "other",
                                  .sample_format = "other",
                                  .rate = (unsigned)info->samplerate,
                                  .channels = (unsigned)info->channels,
                                  .frames = info->frames < SF_COUNT_MAX / 2 ? info->frames : -1 };
    for (size_t i = 0; i < sizeof(containers) / sizeof(*containers); i++)
        if (containers[i].format == container)
            to->container = containers[i].name;
    for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++)
        if (samples[i].format == sample) {
            to->sample_format = samples[i].name;
            to->bit_depth = samples[i].bits;
        }
    if (container == SF_FORMAT_FLAC)
        to->sample_format = "flac";
}

/* ---- opening ---- */

/* True for the messages that say nothing about the file. */
static bool says_nothing(const char *why)
{
    static const char *const such[] = { "File does not exist", "Unspecified internal error", "Internal error",
                                        "Error : unknown error", "System error" };

    for (size_t i = 0; i < sizeof(such) / sizeof(*such); i++)
        if (strncmp(why, such[i], strlen(such[i])) == 0)
            return true;
    return false;
}

/* Reports the sentence that states the damage. In "Error in WAV file. No 'data' chunk marker." it is the second one. */
static enum err explain_damage(const char *why, struct fault *fault)
{
    const char *second = strstr(why, ". ");

    if (strstr(why, "No 'fmt ' chunk") || strstr(why, "No 'data' chunk")) /* it confuses both */
        return fault_set(fault, ERR_BAD_REQUEST, "damaged: it lacks the chunk \"fmt \" or \"data\", which a WAV needs");
    if (strncmp(why, "Error in", 8) == 0 && second)
        why = second + 2;
    size_t len = strcspn(why, ".\n");
    return fault_set(fault, ERR_BAD_REQUEST, "damaged: %.*s", (int)(len < 180 ? len : 180), why);
}

static enum err explain_refusal(const struct decode *decode, struct fault *fault)
{
    const char *why = sf_strerror(NULL);

    if (decode->input->size == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "an empty file");
    if (sf_error(NULL) == SF_ERR_UNRECOGNISED_FORMAT)
        return fault_set(fault, ERR_BAD_REQUEST, "not an audio file");
    if (sf_error(NULL) == SF_ERR_UNSUPPORTED_ENCODING)
        return fault_set(fault, ERR_BAD_REQUEST, "an encoding that cannot be decoded");
    if (strstr(why, "unimplemented format"))
        return fault_set(fault, ERR_BAD_REQUEST, "damaged, or an encoding that cannot be decoded");
    if (says_nothing(why))
        return fault_set(fault, ERR_BAD_REQUEST, "damaged: no sound can be found in it");
    return explain_damage(why, fault);
}

static enum err check_limits(const SF_INFO *info, struct fault *fault)
{
    if (info->channels < 1 || info->channels > DECODE_CHANNELS_MAX)
        return fault_set(fault, ERR_BAD_REQUEST, "%d channels; 1 to %d can be analysed", info->channels,
                         DECODE_CHANNELS_MAX);
    if (info->samplerate < DECODE_RATE_MIN || info->samplerate > DECODE_RATE_MAX)
        return fault_set(fault, ERR_BAD_REQUEST, "a sample rate of %d Hz; %d to %d can be analysed", info->samplerate,
                         DECODE_RATE_MIN, DECODE_RATE_MAX);
    return ERR_OK;
}

enum err decode_open(struct decode **out, struct input *input, int64_t begin, struct decode_format *format,
                     struct fault *fault)
{
    SF_INFO info = { 0 };
    struct decode *decode = alloc_zeroed(1, sizeof(*decode));

    *out = NULL;
    decode->input = input;
    decode->begin = begin;
    decode->file = sf_open_virtual(&io, SFM_READ, &info, decode);
    enum err e = decode->file ? check_limits(&info, fault) : explain_refusal(decode, fault);
    if (e != ERR_OK) {
        decode_close(decode);
        return e;
    }
    decode->channels = (unsigned)info.channels;
    name_format(&info, format);
    *out = decode;
    return ERR_OK;
}

void decode_close(struct decode *decode)
{
    if (decode && decode->file)
        sf_close(decode->file);
    free(decode);
}

/* ---- reading ---- */

size_t decode_read(struct decode *decode, float *to, size_t frames)
{
    sf_count_t got = sf_readf_float(decode->file, to, (sf_count_t)frames);
    size_t count = got > 0 ? (size_t)got : 0;

    if (count > frames)
        count = frames;
    for (size_t i = 0; i < count * decode->channels; i++)
        if (!(fabsf(to[i]) <= SAMPLE_MAX))
            to[i] = 0;
    return count;
}

bool decode_seek(struct decode *decode, int64_t frame)
{
    return sf_seek(decode->file, frame, SEEK_SET) == frame;
}

bool decode_has_frame(struct decode *decode, int64_t frame)
{
    float samples_of_one[DECODE_CHANNELS_MAX];

    return decode_seek(decode, frame) && decode_read(decode, samples_of_one, 1) == 1;
}

size_t decode_read_integers(struct decode *decode, int32_t *to, size_t frames)
{
    sf_count_t got = sf_readf_int(decode->file, to, (sf_count_t)frames);

    return got < 0 ? 0 : (size_t)got < frames ? (size_t)got : frames;
}

void decode_comment(struct decode *decode, char *to, size_t size)
{
    const char *comment = sf_get_string(decode->file, SF_STR_COMMENT);

    snprintf(to, size, "%s", comment ? comment : "");
}

/* ---- writing ---- */

struct encoder {
    SNDFILE *file;
    struct encoder_plan plan;
    int64_t at, size;
    bool is_refused; /* a write was refused */
};

static sf_count_t out_length(void *state)
{
    return ((struct encoder *)state)->size;
}

static sf_count_t out_seek(sf_count_t offset, int whence, void *state)
{
    struct encoder *encoder = state;
    int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? encoder->at : encoder->size;

    return from + offset < 0 ? -1 : (encoder->at = from + offset);
}

static sf_count_t out_read(void *to, sf_count_t len, void *state)
{
    (void)to, (void)len, (void)state;
    return 0;
}

static sf_count_t out_write(const void *from, sf_count_t len, void *state)
{
    struct encoder *encoder = state;

    if (encoder->is_refused || !encoder->plan.write(encoder->plan.state, encoder->at, from, (size_t)len)) {
        encoder->is_refused = true;
        return 0;
    }
    encoder->at += len;
    if (encoder->at > encoder->size)
        encoder->size = encoder->at;
    return len;
}

static sf_count_t out_tell(void *state)
{
    return ((struct encoder *)state)->at;
}

static SF_VIRTUAL_IO out = { out_length, out_seek, out_read, out_write, out_tell };

static void set_string(struct encoder *encoder, int what, const char *word)
{
    if (word[0])
        (void)sf_set_string(encoder->file, what, word);
}

enum err encoder_open(struct encoder **to, const struct encoder_plan *plan, struct fault *fault)
{
    SF_INFO info = { .samplerate = (int)plan->rate,
                     .channels = (int)plan->channels,
                     .format = SF_FORMAT_FLAC | SF_FORMAT_PCM_24 };
    struct encoder *encoder = alloc_zeroed(1, sizeof(*encoder));

    *to = NULL;
    encoder->plan = *plan;
    encoder->file = sf_open_virtual(&out, SFM_WRITE, &info, encoder);
    if (!encoder->file) {
        free(encoder);
        return fault_set(fault, ERR_BAD_REQUEST, "FLAC cannot hold %u channels of %u Hz", plan->channels, plan->rate);
    }
    set_string(encoder, SF_STR_TITLE, plan->title);
    set_string(encoder, SF_STR_DATE, plan->date);
    set_string(encoder, SF_STR_COMMENT, plan->comment);
    set_string(encoder, SF_STR_SOFTWARE, "loophole");
    *to = encoder;
    return ERR_OK;
}

bool encoder_write(struct encoder *encoder, const int32_t *from, size_t frames)
{
    return sf_writef_int(encoder->file, from, (sf_count_t)frames) == (sf_count_t)frames && !encoder->is_refused;
}

bool encoder_close(struct encoder *encoder)
{
    bool is_whole = encoder && sf_close(encoder->file) == 0 && !encoder->is_refused;

    free(encoder);
    return is_whole;
}
