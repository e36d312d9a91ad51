#include "proto/wire/frame.h"

#include <string.h>

#include "common/hash.h"
#include "proto/wire/codec.h"
#include "proto/wire/token.h"

enum {
    FRAME_EXTRA = 1024, /* bytes of a frame besides its body */
    NAME_MAX_LEN = 128,
};

struct fault_body {
    struct text what, field, hint;
    bool has_revision;
    uint64_t revision;
};

#define FAULT_FIELD(part, max)                                                                                         \
    { .name = #part,                                                                                                   \
      .name_len = sizeof(#part) - 1,                                                                                   \
      .doc = "",                                                                                                       \
      .example = "",                                                                                                   \
      .type = FIELD_TEXT,                                                                                              \
      .max_len = (max),                                                                                                \
      .offset = offsetof(struct fault_body, part) }
static const struct field fault_fields[] = { FAULT_FIELD(what, 4096),
                                             FAULT_FIELD(field, 4096),
                                             FAULT_FIELD(hint, 4096),
                                             { .name = "revision",
                                               .name_len = 8,
                                               .doc = "",
                                               .example = "",
                                               .type = FIELD_UINT,
                                               .flags = FIELD_OPTIONAL,
                                               .max = INT64_MAX,
                                               .offset = offsetof(struct fault_body, revision),
                                               .has_offset = offsetof(struct fault_body, has_revision) } };
static const struct shape fault_shape = { "fault", "", sizeof(struct fault_body), 4, fault_fields };

static struct bytes id_bytes(const struct id *id)
{
    return (struct bytes){ sizeof(id->b), id->b };
}

void frame_write_ask(struct buffer *to, const struct ask_frame *frame)
{
    codec_pack_list(to, frame->client.len ? 7 : frame->digest ? 6 : 5);
    codec_pack_uint(to, FRAME_VERSION);
    codec_pack_text(to, frame->name);
    codec_pack_bytes(to, id_bytes(&frame->request));
    codec_pack_uint(to, frame->budget_ms);
    buffer_add(to, frame->body.at, frame->body.len);
    if (frame->digest || frame->client.len)
        codec_pack_uint(to, frame->digest);
    if (frame->client.len)
        codec_pack_text(to, frame->client);
}

void frame_write_answer(struct buffer *to, const struct answer_frame *frame)
{
    codec_pack_list(to, 4);
    codec_pack_uint(to, FRAME_VERSION);
    codec_pack_bytes(to, id_bytes(&frame->request));
    codec_pack_text(to, text_of(err_name(frame->error)));
    buffer_add(to, frame->body.at, frame->body.len);
}

void frame_write_event(struct buffer *to, const struct event_frame *frame)
{
    codec_pack_list(to, 4);
    codec_pack_uint(to, FRAME_VERSION);
    codec_pack_uint(to, frame->epoch);
    codec_pack_uint(to, frame->sequence);
    buffer_add(to, frame->body.at, frame->body.len);
}

uint64_t frame_digest(const struct ask_frame *frame)
{
    struct hash both[2] = { hash_of(frame->name.at, frame->name.len), hash_of(frame->body.at, frame->body.len) };
    struct hash hash = hash_of(both, sizeof(both));
    uint64_t digest = 0;

    if (frame->digest)
        return frame->digest;
    for (int i = 0; i < 8; i++)
        digest = digest << 8 | hash.b[i];
    return digest ? digest : 1;
}

static enum err refuse_frame(struct fault *fault, const char *part, const char *wanted)
{
    fault_set(fault, ERR_BAD_REQUEST, "the frame's %s is not %s", part, wanted);
    fault_hint(fault, "docs/protocol.md describes the frames");
    return ERR_BAD_REQUEST;
}

/* Enters the frame's list of `least` to `most` elements and checks its version. */
static enum err enter_frame(struct bytes from, uint32_t least, uint32_t most, struct token_reader *reader,
                            struct fault *fault)
{
    struct token token;

    *reader = token_reader_of(from);
    if (!token_read(reader, &token) || token.type != TOKEN_LIST || token.count == 0)
        return refuse_frame(fault, "outside", "a list");
    const uint32_t count = token.count;
    if (!token_read(reader, &token) || token.type != TOKEN_UINT)
        return refuse_frame(fault, "version", "a number");
    if (token.u != FRAME_VERSION)
        return fault_set(fault, ERR_VERSION, "the frame has version %llu, this is version %d",
                         (unsigned long long)token.u, FRAME_VERSION);
    if (count >= least && count <= most)
        return ERR_OK;
    return fault_set(fault, ERR_BAD_REQUEST, "the frame is a list of %u, not of %u", count, least);
}

/* As enter_frame, after a scan of the whole frame. */
static enum err open_frame(struct bytes from, uint32_t least, uint32_t most, struct token_reader *reader,
                           struct fault *fault)
{
    enum err e;

    if (from.len > CODEC_MESSAGE_MAX + FRAME_EXTRA)
        return fault_set(fault, ERR_TOO_LARGE, "the frame has %u bytes, at most %d are allowed", from.len,
                         CODEC_MESSAGE_MAX + FRAME_EXTRA);
    e = token_scan(from, CODEC_DEPTH, fault);
    return e == ERR_OK ? enter_frame(from, least, most, reader, fault) : e;
}

static enum err take_uint(struct token_reader *reader, const char *part, uint64_t max, uint64_t *to,
                          struct fault *fault)
{
    struct token token;

    if (!token_read(reader, &token) || token.type != TOKEN_UINT || token.u > max)
        return refuse_frame(fault, part, "a number in its range");
    *to = token.u;
    return ERR_OK;
}

static enum err take_text(struct token_reader *reader, const char *part, struct text *to, struct fault *fault)
{
    struct token token;

    if (!token_read(reader, &token) || token.type != TOKEN_TEXT || token.count > NAME_MAX_LEN ||
        !text_is_utf8(token_text(&token)))
        return refuse_frame(fault, part, "a short text");
    *to = token_text(&token);
    return ERR_OK;
}

static enum err take_id(struct token_reader *reader, struct id *to, struct fault *fault)
{
    struct token token;

    if (!token_read(reader, &token))
        return refuse_frame(fault, "request id", "there");
    if (token.type == TOKEN_TEXT && id_read(token_text(&token), to))
        return ERR_OK;
    if (token.type != TOKEN_BYTES || token.count != sizeof(to->b))
        return refuse_frame(fault, "request id", "16 bytes of type bin, nor 26 characters of type str");
    memcpy(to->b, token.at, sizeof(to->b));
    return ERR_OK;
}

static enum err take_body(struct token_reader *reader, struct bytes *to, struct fault *fault)
{
    const uint8_t *begin = reader->at;
    struct token token;

    if (!token_read(reader, &token) || token.type != TOKEN_MAP || !token_skip(reader, &token, CODEC_DEPTH))
        return refuse_frame(fault, "body", "a map");
    *to = (struct bytes){ (uint32_t)(reader->at - begin), begin };
    return ERR_OK;
}

/* Reads the two optional elements: the digest, then the client's name. A digest of 0 before a name means none. */
static enum err take_rest(struct token_reader *reader, struct ask_frame *frame, struct fault *fault)
{
    enum err e;

    if (reader->at == reader->end)
        return ERR_OK;
    e = take_uint(reader, "digest", UINT64_MAX, &frame->digest, fault);
    if (e == ERR_OK && reader->at == reader->end)
        return frame->digest ? ERR_OK : refuse_frame(fault, "digest", "a number above 0");
    if (e == ERR_OK)
        e = take_text(reader, "client", &frame->client, fault);
    if (e != ERR_OK || (frame->client.len <= FRAME_CLIENT && text_is_plain(frame->client)))
        return e;
    return refuse_frame(fault, "client", "a plain name of at most 64 bytes");
}

static enum err take_head(struct token_reader *reader, struct ask_frame *frame, struct fault *fault)
{
    uint64_t budget_ms = 0;
    enum err e = take_text(reader, "name", &frame->name, fault);

    if (e == ERR_OK)
        e = take_id(reader, &frame->request, fault);
    if (e == ERR_OK && id_is_zero(frame->request)) /* a second ask with this id would get the first one's answer */
        e = refuse_frame(fault, "request id", "drawn: it is all zeros");
    if (e == ERR_OK)
        e = take_uint(reader, "budget", UINT32_MAX, &budget_ms, fault);
    frame->budget_ms = (uint32_t)budget_ms;
    return e;
}

static enum err read_parts(struct bytes from, struct ask_frame *frame, struct fault *fault)
{
    struct token_reader reader;
    enum err e = open_frame(from, 5, 7, &reader, fault);

    if (e == ERR_OK)
        e = take_head(&reader, frame, fault);
    if (e == ERR_OK)
        e = take_body(&reader, &frame->body, fault);
    return e == ERR_OK ? take_rest(&reader, frame, fault) : e;
}

/* The third element of the list, in every version. The elements after it may be cut, nested too deep, or too large. */
bool frame_find_request(struct bytes from, struct id *to)
{
    struct token_reader reader = token_reader_of(from);
    struct token token;

    *to = (struct id){ 0 };
    if (!token_read(&reader, &token) || token.type != TOKEN_LIST || token.count < 3)
        return false;
    for (int i = 0; i < 2; i++)
        if (!token_read(&reader, &token) || !token_skip(&reader, &token, CODEC_DEPTH))
            return false;
    return take_id(&reader, to, NULL) == ERR_OK;
}

enum err frame_read_head(struct bytes from, struct ask_frame *frame, struct fault *fault)
{
    struct token_reader reader;
    enum err e;

    *frame = (struct ask_frame){ 0 };
    e = enter_frame(from, 5, 7, &reader, fault);
    if (e == ERR_OK)
        e = take_head(&reader, frame, fault);
    if (e != ERR_OK)
        (void)frame_find_request(from, &frame->request);
    return e;
}

enum err frame_read_ask(struct bytes from, struct ask_frame *frame, struct fault *fault)
{
    enum err e;

    *frame = (struct ask_frame){ 0 };
    e = read_parts(from, frame, fault);
    if (e != ERR_OK)
        (void)frame_find_request(from, &frame->request);
    return e;
}

enum err frame_read_answer(struct bytes from, struct answer_frame *frame, struct fault *fault)
{
    char name[NAME_MAX_LEN + 1];
    struct token_reader reader;
    struct text word = { 0 };
    enum err e;

    *frame = (struct answer_frame){ 0 };
    e = open_frame(from, 4, 4, &reader, fault);
    if (e == ERR_OK)
        e = take_id(&reader, &frame->request, fault);
    if (e == ERR_OK)
        e = take_text(&reader, "error", &word, fault);
    frame->error = text_copy(name, sizeof(name), word) ? err_named(name) : ERR_INTERNAL;
    return e == ERR_OK ? take_body(&reader, &frame->body, fault) : e;
}

enum err frame_read_event(struct bytes from, struct event_frame *frame, struct fault *fault)
{
    struct token_reader reader;
    enum err e;

    *frame = (struct event_frame){ 0 };
    e = open_frame(from, 4, 4, &reader, fault);
    if (e == ERR_OK)
        e = take_uint(&reader, "epoch", UINT64_MAX, &frame->epoch, fault);
    if (e == ERR_OK)
        e = take_uint(&reader, "sequence", UINT64_MAX, &frame->sequence, fault);
    return e == ERR_OK ? take_body(&reader, &frame->body, fault) : e;
}

/* A sentence may contain a path's bytes, or be cut within a character. */
static struct text repair_sentence(const char *sentence, char *to, size_t size)
{
    return (struct text){ text_repair(to, (uint32_t)size - 1, text_of(sentence)), to };
}

enum err frame_write_fault(struct buffer *to, const struct fault *fault)
{
    struct fault copy;
    const struct fault_body body = { repair_sentence(fault->what, copy.what, sizeof(copy.what)),
                                     repair_sentence(fault->field, copy.field, sizeof(copy.field)),
                                     repair_sentence(fault->hint, copy.hint, sizeof(copy.hint)), fault->revision != 0,
                                     fault->revision };

    return codec_encode(&fault_shape, &body, to, NULL);
}

void frame_read_fault(struct bytes body, enum err code, struct fault *fault)
{
    struct fault_body read = { 0 };
    struct arena none = { .limit = 1 };

    fault_set(fault, code, "%s", err_name(code));
    if (!fault || codec_decode(&fault_shape, body, &none, &read, NULL) != ERR_OK)
        return;
    if (read.what.len)
        text_copy(fault->what, sizeof(fault->what), read.what);
    text_copy(fault->field, sizeof(fault->field), read.field);
    text_copy(fault->hint, sizeof(fault->hint), read.hint);
    fault->revision = read.revision;
}
