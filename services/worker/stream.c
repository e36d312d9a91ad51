#include "services/worker/stream.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/alloc.h"
#include "schema_worker.h"
#include "services/worker/decode/decode.h"
#include "services/worker/jobs.h"
#include "services/worker/tags/content.h"
#include "services/worker/tags/kind.h"
#include "services/worker/tags/mpeg.h"

enum { FRAMES_MAX = 16384 };

struct stream {
    int fd; /* -1: no file is open */
    bool is_foreign, is_other;
    struct input input;
    struct decode *decode;
    struct decode_format format;
    int64_t at; /* the next frame */
    float pcm[FRAMES_MAX * DECODE_CHANNELS_MAX];
};

static void close_stream(struct stream *stream)
{
    decode_close(stream->decode);
    stream->decode = NULL;
    if (stream->fd >= 0)
        close(stream->fd);
    stream->fd = -1;
}

static bool has_content(struct stream *stream, enum container container, struct bytes content)
{
    struct hash_stream *hashing = hash_new();
    const struct hash hash = content_hash(&stream->input, container, hashing);

    hash_free(hashing);
    return bytes_equal(content, bytes_of(hash.b, sizeof(hash.b)));
}

static enum err open_stream(struct stream *stream, const struct pull *pull, int fd, struct fault *fault)
{
    close_stream(stream);
    stream->is_foreign = stream->is_other = false;
    stream->fd = fd;
    stream->at = 0;
    enum err e = input_open(&stream->input, fd, fault);
    if (e != ERR_OK)
        return e;
    enum container container = kind_container(&stream->input, pull->extension);
    stream->is_foreign = kind_is_foreign(container);
    stream->is_other = pull->has_content && !has_content(stream, container, pull->content);
    if (stream->is_other) {
        e = fault_set(fault, ERR_CONFLICT, "the file has another sound");
    } else if (!kind_is_decoded(container)) {
        e = fault_set(fault, ERR_BAD_REQUEST, "%s files cannot be played", kind_word(container));
    } else {
        int64_t begin = container == CONTAINER_MP3 ? mpeg_begin(&stream->input) : 0;
        e = decode_open(&stream->decode, &stream->input, begin, &stream->format, fault);
        stream->is_foreign = e == ERR_BAD_REQUEST && content_may_be_foreign(&stream->input, container);
    }
    if (e != ERR_OK && stream->input.error != 0)
        e = fault_errno(fault, ERR_IO, stream->input.error, "cannot read the file");
    return e;
}

static enum err read_frames(struct stream *stream, const struct pull *pull, struct pulled *pulled, struct fault *fault)
{
    size_t wanted = pull->count < FRAMES_MAX ? (size_t)pull->count : FRAMES_MAX, got = 0;

    if (!stream->decode)
        return fault_set(fault, ERR_BAD_REQUEST, "no file is open");
    if (pull->frame == stream->at || decode_seek(stream->decode, pull->frame))
        got = decode_read(stream->decode, stream->pcm, wanted);
    if (stream->input.error != 0)
        return fault_errno(fault, ERR_IO, stream->input.error, "cannot read the file");
    stream->at = pull->frame + (int64_t)got;
    pulled->frame = pull->frame;
    pulled->pcm = bytes_of(stream->pcm, got * stream->format.channels * sizeof(float));
    pulled->end = got < wanted;
    return ERR_OK;
}

static enum err do_pull(struct stream *stream, const struct pull *pull, struct job_call *call, struct pulled *pulled,
                        struct fault *fault)
{
    if (pull->verb.value == WORKER_VERB_OPEN)
        return open_stream(stream, pull, jobs_take_fd(call), fault);
    if (pull->verb.value == WORKER_VERB_READ)
        return read_frames(stream, pull, pulled, fault);
    close_stream(stream);
    return ERR_OK;
}

static enum err answer_pull(void *state, struct job_call *call, struct fault *fault)
{
    struct stream *stream = state;
    const struct pull *pull = call->job;
    struct pulled pulled = { .number = pull->number };
    struct fault why = { 0 };

    if (do_pull(stream, pull, call, &pulled, &why) != ERR_OK) {
        pulled.failure = text_of(why.what);
        pulled.has_foreign = pulled.foreign = stream->is_foreign && !stream->is_other;
        pulled.has_other = pulled.other = stream->is_other && stream->input.error == 0;
        pulled.has_disk = pulled.disk = why.code == ERR_IO;
        close_stream(stream);
    } else if (stream->decode) {
        pulled.rate = stream->format.rate;
        pulled.channels = stream->format.channels;
        pulled.frames = stream->format.frames;
    }
    return pipe_send(call->pipe, &pulled_shape, &pulled, -1, fault);
}

enum err stream_run(struct pipe *pipe, struct fault *fault)
{
    struct stream *stream = alloc_zeroed(1, sizeof(*stream));
    enum err e;

    stream->fd = -1;
    e = jobs_answer(pipe, &pull_shape, answer_pull, stream, fault);
    close_stream(stream);
    free(stream);
    return e;
}
