#include "services/streamer/record/take_encode.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/file.h"
#include "common/process/priority.h"
#include "proto/transport/sandboxed.h"
#include "schema_worker.h"

enum { ANSWER_US = 120000000, POLL_MS = 100, TRIES = 2, COMMENT_SIZE = 4001, PLACE_SIZE = 48, CUT_SIZE = 320 };

/* The worker of one encoding. Only this thread sends jobs to it. */
struct talk {
    struct take_flac *flac;
    struct sandboxed process;
    struct arena arena; /* for the last answer */
    uint64_t number;
    int wav, to, back;
};

/* ---- asking ---- */

static enum err report_life(struct take_flac *flac)
{
    if (!errand_goes_on(&flac->errand))
        return fault_set(&flac->fault, ERR_BUSY, "it was interrupted");
    if (atomic_load(&flac->is_cancelled))
        return fault_set(&flac->fault, ERR_CONFLICT, "a person cancelled its encoding");
    return ERR_OK;
}

/* Offline: the worker is dead or hangs. */
static enum err await_answer(struct talk *talk, struct encode_done *answer)
{
    struct pollfd readable = { .fd = talk->process.pipe.fd, .events = POLLIN };
    struct patience waited;
    enum err e;

    patience_begin(&waited, talk->process.pid);
    while ((e = pipe_receive(&talk->process.pipe, PIPE_NOW, &encode_done_shape, &talk->arena, answer, NULL, NULL)) ==
           ERR_BUSY) {
        if ((e = report_life(talk->flac)) != ERR_OK)
            return e;
        if (patience_is_over(&waited, ANSWER_US, POLL_MS * 1000))
            return ERR_OFFLINE;
        (void)poll(&readable, 1, POLL_MS);
    }
    return e == ERR_OK && answer->number == talk->number ? ERR_OK : ERR_OFFLINE;
}

static enum err ask_to_encode(struct talk *talk, const struct encode *what, int fd, struct encode_done *answer)
{
    struct encode request = *what;
    enum err e = report_life(talk->flac);

    arena_reset(&talk->arena);
    *answer = (struct encode_done){ 0 };
    request.number = ++talk->number;
    if (e == ERR_OK && pipe_send(&talk->process.pipe, &encode_shape, &request, fd, NULL) != ERR_OK)
        e = ERR_OFFLINE;
    if (e == ERR_OK)
        e = await_answer(talk, answer);
    if (e == ERR_OK && answer->failure.len > 0)
        e = fault_set(&talk->flac->fault, answer->disk ? ERR_IO : ERR_BAD_REQUEST, "%.*s", TEXT_ARG(answer->failure));
    return e;
}

/* ---- writing ---- */

static enum err write_piece(struct talk *talk, const struct encoded_piece *piece)
{
    const uint8_t *from = piece->bytes.at;
    uint64_t at = piece->at;

    for (size_t left = piece->bytes.len; left > 0;) {
        enum err e = report_life(talk->flac);
        if (e != ERR_OK)
            return e;
        ssize_t wrote = pwrite(talk->to, from, left, (off_t)at);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return fault_errno(&talk->flac->fault, file_err(wrote < 0 ? errno : ENOSPC), wrote < 0 ? errno : ENOSPC,
                               "the FLAC cannot be written");
        from += wrote;
        at += (uint64_t)wrote;
        left -= (size_t)wrote;
    }
    return ERR_OK;
}

/* Syncs the FLAC and drops it from the page cache where possible, so that the comparison reads the disk. */
static enum err sync_written(struct talk *talk)
{
    if (fdatasync(talk->to) != 0)
        return fault_errno(&talk->flac->fault, file_err(errno), errno, "the FLAC cannot be synced");
    (void)posix_fadvise(talk->to, 0, 0, POSIX_FADV_DONTNEED);
    return report_life(talk->flac);
}

static void say_cut(const struct wav_cut *cut, char *to, size_t size)
{
    if (cut->is_cut)
        (void)snprintf(to, size, " cut %s at %llu of %llu: %s", cut->code, (unsigned long long)cut->at,
                       (unsigned long long)cut->wanted, cut->why);
}

/* Writes the facts for a successor that finds only the FLAC; gaps as "at+frames", as many as there is room for. */
static void say_facts(const struct take_flac *flac, char to[COMMENT_SIZE])
{
    const struct wav_take *facts = &flac->facts;
    const struct wav_gaps *gaps = &flac->gaps;
    char id[ID_TEXT_SIZE];
    int len =
        snprintf(to, COMMENT_SIZE, "loophole take %s first %lld latency %lld gaps %s lost %llu places %llu",
                 id_write(facts->item, id), (long long)facts->first, (long long)facts->latency_frames,
                 facts->is_filled ? "fill" : "skip", (unsigned long long)gaps->lost, (unsigned long long)gaps->count);

    for (uint32_t i = 0; i < gaps->count && i < WAV_GAPS && len < COMMENT_SIZE - PLACE_SIZE - CUT_SIZE; i++)
        len += snprintf(to + len, PLACE_SIZE, " %llu+%llu", (unsigned long long)gaps->each[i].at,
                        (unsigned long long)gaps->each[i].frames);
    say_cut(&flac->cut, to + len, (size_t)(COMMENT_SIZE - len));
}

static enum err encode_all(struct talk *talk)
{
    struct take_flac *flac = talk->flac;
    char date[32] = "", comment[COMMENT_SIZE];
    time_t began = (time_t)(flac->facts.began / 1000000);
    struct tm tm;
    struct encode_done answer = { 0 };
    enum err e = ERR_OK;

    if (gmtime_r(&began, &tm))
        (void)strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm);
    say_facts(flac, comment);
    const struct encode next = { .verb = { .value = ENCODE_VERB_ENCODE },
                                 .title = text_of(flac->title),
                                 .date = text_of(date),
                                 .comment = text_of(comment) };
    while (e == ERR_OK && !answer.end) {
        e = ask_to_encode(talk, &next, -1, &answer);
        for (uint32_t i = 0; e == ERR_OK && i < answer.pieces.count; i++)
            e = write_piece(talk, &answer.pieces.at[i]);
        if (e == ERR_OK)
            atomic_store(&flac->frames, answer.frames / 2);
    }
    return e == ERR_OK ? sync_written(talk) : e;
}

/* ---- reading back ---- */

/* Returns the words after them. */
static const char *read_gaps(const char *words, struct wav_gaps *gaps)
{
    unsigned long long lost = 0, count = 0, at, frames;
    int len = 0;

    *gaps = (struct wav_gaps){ 0 };
    if (sscanf(words, " gaps %*s lost %llu places %llu%n", &lost, &count, &len) != 2)
        return words;
    gaps->lost = lost;
    gaps->count = count;
    for (uint32_t i = 0; i < WAV_GAPS && sscanf(words += len, " %llu+%llu%n", &at, &frames, &len) == 2; i++)
        gaps->each[i] = (struct wav_gap){ at, frames };
    return words;
}

static void read_cut(const char *words, struct wav_cut *cut)
{
    unsigned long long at = 0, wanted = 0;

    *cut = (struct wav_cut){ 0 };
    cut->is_cut = sscanf(words, " cut %15s at %llu of %llu: %199[^\n]", cut->code, &at, &wanted, cut->why) == 4;
    cut->at = at;
    cut->wanted = wanted;
}

/* Reads the facts from the FLAC's comment, because the WAV with the facts is gone. */
static enum err read_facts(struct take_flac *flac, struct text comment)
{
    char words[COMMENT_SIZE], id[32] = "", gaps[8] = "";
    long long first = 0, latency = 0;
    struct id item;
    int at = 0;

    if (!text_copy(words, sizeof(words), comment) ||
        sscanf(words, "loophole take %31s first %lld latency %lld%n", id, &first, &latency, &at) != 3 ||
        !id_read(text_of(id), &item) || !id_equal(item, flac->facts.item))
        return fault_set(&flac->fault, ERR_NOT_FOUND, "its file is gone, and %.100s is not its FLAC", flac->flac);
    flac->facts.first = first;
    flac->facts.latency_frames = latency;
    flac->facts.is_filled = sscanf(words + at, " gaps %7s", gaps) == 1 && strcmp(gaps, "fill") == 0;
    read_cut(read_gaps(words + at, &flac->gaps), &flac->cut);
    return ERR_OK;
}

static enum err compare_all(struct talk *talk)
{
    const struct encode next = { .verb = { .value = ENCODE_VERB_COMPARE } };
    struct take_flac *flac = talk->flac;
    struct encode_done answer = { 0 };
    int fd = talk->back;
    enum err e = ERR_OK;

    for (; e == ERR_OK && !answer.end; fd = -1) {
        e = ask_to_encode(talk, &next, fd, &answer);
        if (e == ERR_OK && talk->wav < 0 && fd >= 0)
            e = read_facts(flac, answer.comment);
        if (e == ERR_OK)
            atomic_store(&flac->frames, flac->count / 2 + answer.frames / 2);
    }
    if (e != ERR_OK)
        return e;
    if (answer.content.len != sizeof(flac->content) || (talk->wav >= 0 && answer.frames != flac->count))
        return fault_set(&flac->fault, ERR_BAD_REQUEST, "its encoder sent an invalid answer");
    memcpy(flac->content, answer.content.at, sizeof(flac->content));
    flac->count = answer.frames;
    return ERR_OK;
}

static enum err open_wav(struct talk *talk)
{
    const struct encode open = { .verb = { .value = ENCODE_VERB_OPEN } };
    struct encode_done answer;
    enum err e = ask_to_encode(talk, &open, talk->wav, &answer);

    talk->flac->count = answer.frames;
    return e;
}

/* ---- a worker ---- */

static enum err with_worker(struct take_flac *flac, int wav, int to, int back)
{
    struct talk talk = { .flac = flac, .wav = wav, .to = to, .back = back };
    char why[SANDBOXED_WHY_SIZE];
    enum err e = sandboxed_start(&talk.process, flac->program, "encode", &flac->fault);

    if (e != ERR_OK)
        return e;
    priority_background(talk.process.pid);
    if (wav >= 0)
        e = open_wav(&talk);
    if (e == ERR_OK && to >= 0)
        e = encode_all(&talk);
    if (e == ERR_OK)
        e = compare_all(&talk);
    sandboxed_end(&talk.process, why);
    arena_free(&talk.arena);
    return e == ERR_OFFLINE ? fault_set(&flac->fault, e, "its encoder does not answer: %s", why[0] ? why : "it hangs")
                            : e;
}

/* A worker that was killed is replaced once. */
enum err take_encode(struct take_flac *flac, int wav, int to, int back)
{
    enum err e = ERR_OFFLINE;

    for (int i = 0; i < TRIES && e == ERR_OFFLINE; i++) {
        flac->fault = (struct fault){ 0 };
        if (to >= 0 && ftruncate(to, 0) != 0)
            return fault_errno(&flac->fault, file_err(errno), errno, "the FLAC cannot be written");
        e = with_worker(flac, wav, to, back);
    }
    return e;
}
