#include "services/worker/tags/new_tags.h"

#include <stdio.h>
#include <string.h>

#include "services/worker/tags/chunk.h"
#include "services/worker/tags/endian.h"
#include "services/worker/tags/ixml.h"
#include "services/worker/tags/new_tags_id3.h"

enum { DESCRIPTION = 256, BEXT = 602, BEXT_VERSION_AT = 346, HEAD = 8, CHUNKS_REPLACED = 2 };
#define SECTION "[loophole: "

/* ---- the description of a BWF ---- */

/* Removes the section of an earlier time. */
static size_t drop_section(char *words, size_t len)
{
    char *begin = memmem(words, len, SECTION, strlen(SECTION)), *end = NULL;

    if (begin)
        end = memchr(begin, ']', len - (size_t)(begin - words));
    if (end) {
        memmove(begin, end + 1, len - (size_t)(end + 1 - words));
        len -= (size_t)(end + 1 - begin);
    }
    while (len > 0 && words[len - 1] == ' ')
        len--;
    return len;
}

/* The field is ASCII. */
static void make_section(const struct label_job *job, struct text tags, char to[DESCRIPTION + 1])
{
    char tempo[32] = "", key[32] = "";

    if (job->bpm > 0)
        (void)snprintf(tempo, sizeof(tempo), "tempo %.6g", job->bpm);
    if (job->key.len > 0)
        (void)snprintf(key, sizeof(key), "%skey %.*s", tempo[0] ? "; " : "", TEXT_ARG(job->key));
    (void)snprintf(to, DESCRIPTION + 1, SECTION "%s%s%s%.*s]", tempo, key,
                   tags.len == 0        ? ""
                   : tempo[0] || key[0] ? "; tags "
                                        : "tags ",
                   TEXT_ARG(tags));
    for (char *c = to; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
}

/* Appends the section to the words that are there, without tags if these have no room, or not at all. */
static void describe_sound(char field[DESCRIPTION], const struct label_job *job, struct text tags)
{
    char section[DESCRIPTION + 1];
    size_t len = drop_section(field, strnlen(field, DESCRIPTION)), space = len > 0;

    make_section(job, tags, section);
    if (len + space + strlen(section) > DESCRIPTION || !strchr(section, ']'))
        make_section(job, (struct text){ 0 }, section);
    memset(field + len, 0, DESCRIPTION - len);
    if (len + space + strlen(section) > DESCRIPTION || strcmp(section, SECTION "]") == 0)
        return;
    field[len] = ' ';
    memcpy(field + len + space, section, strlen(section));
}

/* ---- chunks ---- */

/* One chunk of the new file: it takes the place of an old one, or comes at the end. */
struct new_chunk {
    const char *id;
    bool is_there;
    struct chunk old;
    struct pieces data;
};

struct chunk_writer {
    struct input *input;
    struct chunk_walk walk;
    struct new_chunk each[CHUNKS_REPLACED];
    int count;
};

static void put_size(bool big, uint64_t size, uint8_t to[4])
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(size >> 8 * (big ? 3 - i : i));
}

/* Finds the old chunks. The header must say the size of the file, and each chunk must be whole. */
static enum err walk_chunks(struct chunk_writer *writer, struct fault *fault)
{
    struct chunk_walk walk = writer->walk;
    struct chunk chunk;
    uint8_t said[4];

    if (!input_fill(writer->input, 4, said, sizeof(said)))
        return fault_set(fault, ERR_BAD_REQUEST, "it has no header");
    int64_t size = (int64_t)(walk.big ? endian_be32(said) : endian_le32(said)) + HEAD;
    if (size != writer->input->size && size + (size & 1) != writer->input->size)
        return fault_set(fault, ERR_BAD_REQUEST, "its header says %lld bytes, but it has %lld", (long long)size,
                         (long long)writer->input->size);
    while (chunk_next(&walk, &chunk)) {
        if (chunk.announced != chunk.size)
            return fault_set(fault, ERR_BAD_REQUEST, "its chunk \"%s\" is not whole", chunk.id);
        for (int i = 0; i < writer->count; i++)
            if (chunk_is(&chunk, writer->each[i].id) && !writer->each[i].is_there) {
                writer->each[i].is_there = true;
                writer->each[i].old = chunk;
            }
    }
    return walk.next >= walk.end ? ERR_OK : fault_set(fault, ERR_BAD_REQUEST, "its chunks end before the file");
}

static void put_chunk(struct pieces *pieces, const struct chunk_writer *writer, const struct new_chunk *chunk)
{
    uint8_t head[HEAD];

    memcpy(head, chunk->id, 4);
    put_size(writer->walk.big, chunk->data.size, head + 4);
    pieces_add(pieces, head, sizeof(head));
    pieces_append(pieces, &chunk->data);
    pieces_add(pieces, "", chunk->data.size & 1);
}

/* The old chunk with the lowest place at or after `at`; NULL: none. */
static const struct new_chunk *next_chunk(const struct chunk_writer *writer, int64_t at)
{
    const struct new_chunk *next = NULL;

    for (int i = 0; i < writer->count; i++) {
        const struct new_chunk *chunk = &writer->each[i];
        if (chunk->is_there && chunk->old.at >= at && (!next || chunk->old.at < next->old.at))
            next = chunk;
    }
    return next;
}

static enum err put_all(struct chunk_writer *writer, struct pieces *pieces, struct fault *fault)
{
    struct pieces body;
    const struct new_chunk *chunk;
    int64_t at = HEAD, size = writer->input->size;
    uint8_t head[4];

    pieces_begin(&body, pieces->arena);
    while ((chunk = next_chunk(writer, at)) != NULL) {
        pieces_copy(&body, at, chunk->old.at - HEAD - at);
        put_chunk(&body, writer, chunk);
        at = chunk->old.at + chunk->old.size + (chunk->old.size & 1);
    }
    pieces_copy(&body, at, size - at);
    pieces_add(&body, "", body.size & 1);
    for (int i = 0; i < writer->count; i++)
        if (!writer->each[i].is_there)
            put_chunk(&body, writer, &writer->each[i]);
    if (body.size > UINT32_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "it would have more than 4 GiB, the most that its header can say");
    put_size(writer->walk.big, body.size, head);
    pieces_copy(pieces, 0, 4);
    pieces_add(pieces, head, sizeof(head));
    pieces_append(pieces, &body);
    return ERR_OK;
}

/* ---- WAV ---- */

static enum err fill_bext(struct chunk_writer *writer, struct new_chunk *chunk, const struct label_job *job,
                          struct text tags, struct fault *fault)
{
    uint8_t bext[BEXT] = { 0 };

    if (!chunk->is_there)
        bext[BEXT_VERSION_AT] = 1;
    else if (chunk->old.size < BEXT || !input_fill(writer->input, chunk->old.at, bext, DESCRIPTION))
        return fault_set(fault, ERR_BAD_REQUEST, "its bext chunk is damaged: it has %lld bytes",
                         (long long)chunk->old.size);
    describe_sound((char *)bext, job, tags);
    pieces_add(&chunk->data, bext, chunk->is_there ? DESCRIPTION : BEXT);
    if (chunk->is_there)
        pieces_copy(&chunk->data, chunk->old.at + DESCRIPTION, chunk->old.size - DESCRIPTION);
    return ERR_OK;
}

static enum err fill_ixml(struct chunk_writer *writer, struct new_chunk *chunk, const struct label_job *job,
                          struct text tags, struct fault *fault)
{
    struct buffer xml = { 0 };
    size_t size = chunk->is_there ? (size_t)chunk->old.size : 0;

    if (size > IXML_MOST)
        return fault_set(fault, ERR_TOO_LARGE, "its iXML chunk has %zu bytes; at most %d are read", size, IXML_MOST);
    uint8_t *old = arena_alloc(chunk->data.arena, size + 1);
    if (size > 0)
        buffer_add(&xml, old, chunk_read(writer->input, &chunk->old, old, size));
    enum err e = ixml_set(&xml, job, tags, fault);
    if (e == ERR_OK)
        pieces_add(&chunk->data, xml.at, xml.len);
    buffer_free(&xml);
    return e;
}

static enum err plan_wave(struct input *input, const struct label_job *job, struct text tags, struct pieces *pieces,
                          struct fault *fault)
{
    struct chunk_writer writer = { .input = input, .each = { { .id = "bext" }, { .id = "iXML" } }, .count = 2 };
    uint8_t head[4] = { 0 };

    if (!chunk_open(&writer.walk, input) || !input_fill(input, 0, head, sizeof(head)) || memcmp(head, "RIFF", 4) != 0)
        return fault_set(fault, ERR_BAD_REQUEST, "it is a WAV of the kind %.4s; only RIFF can be written",
                         (const char *)head);
    pieces_begin(&writer.each[0].data, pieces->arena);
    pieces_begin(&writer.each[1].data, pieces->arena);
    enum err e = walk_chunks(&writer, fault);
    if (e == ERR_OK)
        e = fill_bext(&writer, &writer.each[0], job, tags, fault);
    if (e == ERR_OK)
        e = fill_ixml(&writer, &writer.each[1], job, tags, fault);
    return e == ERR_OK ? put_all(&writer, pieces, fault) : e;
}

/* ---- AIFF and MP3 ---- */

static enum err plan_aiff(struct input *input, const struct label_job *job, struct text tags, struct pieces *pieces,
                          struct fault *fault)
{
    struct chunk_writer writer = { .input = input, .each = { { .id = "ID3 " } }, .count = 1 };
    struct new_chunk *chunk = &writer.each[0];

    if (!chunk_open(&writer.walk, input))
        return fault_set(fault, ERR_BAD_REQUEST, "it has no header");
    pieces_begin(&chunk->data, pieces->arena);
    enum err e = walk_chunks(&writer, fault);
    if (e == ERR_OK)
        e = new_tags_id3_whole(input, chunk->old.at, chunk->old.at + chunk->old.size, job, tags, &chunk->data, fault);
    return e == ERR_OK ? put_all(&writer, pieces, fault) : e;
}

static enum err plan_mpeg(struct input *input, const struct label_job *job, struct text tags, struct pieces *pieces,
                          struct fault *fault)
{
    int64_t after;
    enum err e = new_tags_id3(input, 0, input->size, job, tags, pieces, &after, fault);

    if (e == ERR_OK)
        pieces_copy(pieces, after, input->size - after);
    return e;
}

static struct text join_tags(struct arena *arena, const struct label_job *job)
{
    struct text all = { 0 };

    for (uint32_t i = 0; i < job->tags.count; i++)
        all = arena_printf(arena, "%.*s%s%.*s", TEXT_ARG(all), all.len ? ", " : "", TEXT_ARG(job->tags.at[i]));
    return all;
}

enum err new_tags_plan(struct input *input, enum container container, const struct label_job *job,
                       struct pieces *pieces, struct fault *fault)
{
    struct text tags = join_tags(pieces->arena, job);
    enum err e;

    if (tags.len > NEW_TAGS_WORDS)
        return fault_set(fault, ERR_TOO_LARGE, "its tags have %u bytes; at most %d fit", tags.len, NEW_TAGS_WORDS);
    if (container == CONTAINER_WAV)
        e = plan_wave(input, job, tags, pieces, fault);
    else if (container == CONTAINER_AIFF)
        e = plan_aiff(input, job, tags, pieces, fault);
    else if (container == CONTAINER_MP3)
        e = plan_mpeg(input, job, tags, pieces, fault);
    else
        e = fault_set(fault, ERR_BAD_REQUEST, "labels cannot be written into %s files: expected WAV, MP3 or AIFF",
                      kind_word(container)[0] ? kind_word(container) : "such");
    return e == ERR_OK && pieces->is_full ? fault_set(fault, ERR_TOO_LARGE, "its tag has too many parts") : e;
}
