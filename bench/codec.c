/* The cost of the codec's tables: encodes and decodes one media record with codec.h, and by hand-written code with
 * MessagePack-c (pack calls in order; unpack into its objects, then a chain of comparisons). Rounds of both alternate;
 * the fastest round counts. Prints the nanoseconds of one encode and decode together, and their ratio. */
#include "proto/wire/codec.h"

#include <msgpack.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "schema_media.h"

enum { ROUNDS = 60, REPEATS = 4000 };

static struct media example_media(void)
{
    static struct text tags[] = { { 4, "warm" }, { 5, "short" } };
    static const uint8_t content[16] = { 1, 2, 3 };

    return (struct media){
        .id = id_new(),
        .revision = 17,
        .name = TEXT("Kick 808"),
        .kind = { KIND_AUDIO, { 0 } },
        .origin = { ORIGIN_IMPORTED, { 0 } },
        .pack = TEXT("TR808EmulationKit"),
        .notes = TEXT("a little flat"),
        .tags = { 2, tags },
        .lifecycle = { LIFECYCLE_FINAL, { 0 } },
        .availability = { ITEM_STATE_LOCAL, { 0 } },
        .folder = id_new(),
        .file = bytes_of("kick.wav", 8),
        .size = 88244,
        .mtime = 1700000000000000,
        .inode = 1234,
        .content = bytes_of(content, sizeof(content)),
        .container = TEXT("wav"),
        .sample_format = TEXT("pcm"),
        .bit_depth = 16,
        .sample_rate = 44100,
        .channels = 2,
        .frames = 44100,
        .analysis = { ANALYSIS_STATE_DONE, { 0 } },
        .analyser = 1,
        .added = 1700000000000000,
    };
}

/* ---- by hand ---- */

static void put_text(msgpack_packer *to, struct text text)
{
    msgpack_pack_str(to, text.len);
    msgpack_pack_str_body(to, text.at, text.len);
}

static void put_bytes(msgpack_packer *to, const void *at, size_t len)
{
    msgpack_pack_bin(to, len);
    msgpack_pack_bin_body(to, at, len);
}

static void put_key(msgpack_packer *to, const char *key)
{
    put_text(to, text_of(key));
}

static void put_word(msgpack_packer *to, const struct choice_table *table, struct choice choice)
{
    put_text(to, text_of(choice_word(table, choice.value)));
}

static void put_bool(msgpack_packer *to, bool yes)
{
    if (yes)
        msgpack_pack_true(to);
    else
        msgpack_pack_false(to);
}

static void hand_encode(const struct media *m, msgpack_sbuffer *buffer)
{
    msgpack_packer to;

    msgpack_packer_init(&to, buffer, msgpack_sbuffer_write);
    msgpack_pack_map(&to, 27u + (m->has_missing_since ? 1u : 0u) + (m->tags.count ? 1u : 0u));
    put_key(&to, "id"), put_bytes(&to, m->id.b, 16);
    put_key(&to, "revision"), msgpack_pack_uint64(&to, m->revision);
    put_key(&to, "name"), put_text(&to, m->name);
    put_key(&to, "kind"), put_word(&to, &kind_table, m->kind);
    put_key(&to, "origin"), put_word(&to, &origin_table, m->origin);
    put_key(&to, "pack"), put_text(&to, m->pack);
    put_key(&to, "notes"), put_text(&to, m->notes);
    if (m->tags.count) {
        put_key(&to, "tags"), msgpack_pack_array(&to, m->tags.count);
        for (uint32_t i = 0; i < m->tags.count; i++)
            put_text(&to, m->tags.at[i]);
    }
    put_key(&to, "favourite"), put_bool(&to, m->favourite);
    put_key(&to, "hidden"), put_bool(&to, m->hidden);
    put_key(&to, "lifecycle"), put_word(&to, &lifecycle_table, m->lifecycle);
    put_key(&to, "availability"), put_word(&to, &item_state_table, m->availability);
    if (m->has_missing_since)
        put_key(&to, "missing_since"), msgpack_pack_int64(&to, m->missing_since);
    put_key(&to, "folder"), put_bytes(&to, m->folder.b, 16);
    put_key(&to, "file"), put_bytes(&to, m->file.at, m->file.len);
    put_key(&to, "size"), msgpack_pack_uint64(&to, m->size);
    put_key(&to, "mtime"), msgpack_pack_int64(&to, m->mtime);
    put_key(&to, "inode"), msgpack_pack_uint64(&to, m->inode);
    put_key(&to, "content"), put_bytes(&to, m->content.at, m->content.len);
    put_key(&to, "container"), put_text(&to, m->container);
    put_key(&to, "sample_format"), put_text(&to, m->sample_format);
    put_key(&to, "bit_depth"), msgpack_pack_uint64(&to, m->bit_depth);
    put_key(&to, "sample_rate"), msgpack_pack_uint64(&to, m->sample_rate);
    put_key(&to, "channels"), msgpack_pack_uint64(&to, m->channels);
    put_key(&to, "frames"), msgpack_pack_int64(&to, m->frames);
    put_key(&to, "analysis"), put_word(&to, &analysis_state_table, m->analysis);
    put_key(&to, "analyser"), msgpack_pack_uint64(&to, m->analyser);
    put_key(&to, "failure"), put_text(&to, m->failure);
    put_key(&to, "added"), msgpack_pack_int64(&to, m->added);
}

static struct text text_in(const msgpack_object *o)
{
    return (struct text){ o->via.str.size, o->via.str.ptr };
}

static struct bytes bytes_in(const msgpack_object *o)
{
    return bytes_of(o->via.bin.ptr, o->via.bin.size);
}

static struct choice choice_in(const struct choice_table *table, const msgpack_object *o)
{
    return (struct choice){ choice_value(table, text_in(o)), text_in(o) };
}

static struct text_list tags_in(const msgpack_object *o, struct arena *arena)
{
    struct text_list tags = { o->via.array.size, arena_array(arena, o->via.array.size, sizeof(struct text)) };

    for (uint32_t i = 0; i < tags.count; i++)
        tags.at[i] = text_in(&o->via.array.ptr[i]);
    return tags;
}

/* For each field one comparison of type, length and bytes, in order, as in other hand-written unpackers. */
#define KEY(name, type_, ...)                                                                                          \
    do {                                                                                                               \
        if (v->type == (type_) && key.len == sizeof(#name) - 1 && memcmp(key.at, #name, key.len) == 0) {               \
            __VA_ARGS__;                                                                                               \
            return;                                                                                                    \
        }                                                                                                              \
    } while (0)
#define TEXT_KEY(name)          KEY(name, MSGPACK_OBJECT_STR, m->name = text_in(v))
#define BYTES_KEY(name)         KEY(name, MSGPACK_OBJECT_BIN, m->name = bytes_in(v))
#define UINT_KEY(name)          KEY(name, MSGPACK_OBJECT_POSITIVE_INTEGER, m->name = v->via.u64)
#define INT_KEY(name)           KEY(name, MSGPACK_OBJECT_POSITIVE_INTEGER, m->name = v->via.i64)
#define BOOL_KEY(name)          KEY(name, MSGPACK_OBJECT_BOOLEAN, m->name = v->via.boolean)
#define CHOICE_KEY(name, table) KEY(name, MSGPACK_OBJECT_STR, m->name = choice_in(&table, v))
#define ID_KEY(name)            KEY(name, MSGPACK_OBJECT_BIN, memcpy(m->name.b, v->via.bin.ptr, 16))

static void hand_field(struct media *m, struct text key, const msgpack_object *v, struct arena *arena)
{
    ID_KEY(id);
    UINT_KEY(revision);
    TEXT_KEY(name);
    CHOICE_KEY(kind, kind_table);
    CHOICE_KEY(origin, origin_table);
    TEXT_KEY(pack);
    TEXT_KEY(notes);
    KEY(tags, MSGPACK_OBJECT_ARRAY, m->tags = tags_in(v, arena));
    BOOL_KEY(favourite);
    BOOL_KEY(hidden);
    CHOICE_KEY(lifecycle, lifecycle_table);
    CHOICE_KEY(availability, item_state_table);
    ID_KEY(folder);
    BYTES_KEY(file);
    UINT_KEY(size);
    INT_KEY(mtime);
    UINT_KEY(inode);
    BYTES_KEY(content);
    TEXT_KEY(container);
    TEXT_KEY(sample_format);
    UINT_KEY(bit_depth);
    UINT_KEY(sample_rate);
    UINT_KEY(channels);
    INT_KEY(frames);
    CHOICE_KEY(analysis, analysis_state_table);
    UINT_KEY(analyser);
    TEXT_KEY(failure);
    INT_KEY(added);
}

static bool hand_decode(const msgpack_sbuffer *buffer, struct arena *arena, struct media *m)
{
    msgpack_unpacked whole;
    bool good;

    msgpack_unpacked_init(&whole);
    good = msgpack_unpack_next(&whole, buffer->data, buffer->size, NULL) == MSGPACK_UNPACK_SUCCESS &&
           whole.data.type == MSGPACK_OBJECT_MAP;
    for (uint32_t i = 0; good && i < whole.data.via.map.size; i++)
        hand_field(m, text_in(&whole.data.via.map.ptr[i].key), &whole.data.via.map.ptr[i].val, arena);
    msgpack_unpacked_destroy(&whole);
    return good;
}

/* ---- the comparison ---- */

static usec_t hand_round(const struct media *from, struct arena *arena, msgpack_sbuffer *buffer)
{
    const usec_t begin = clock_steady();

    for (int i = 0; i < REPEATS; i++) {
        struct media to = { 0 };

        arena_reset(arena);
        msgpack_sbuffer_clear(buffer);
        hand_encode(from, buffer);
        if (!hand_decode(buffer, arena, &to) || to.frames != from->frames)
            return -1;
    }
    return clock_steady() - begin;
}

static usec_t our_round(const struct media *from, struct arena *arena, struct buffer *buffer)
{
    const usec_t begin = clock_steady();

    for (int i = 0; i < REPEATS; i++) {
        struct media to = { 0 };

        arena_reset(arena);
        buffer_reset(buffer);
        if (codec_encode(&media_shape, from, buffer, NULL) != ERR_OK ||
            codec_decode(&media_shape, buffer_bytes(buffer), arena, &to, NULL) != ERR_OK || to.frames != from->frames)
            return -1;
    }
    return clock_steady() - begin;
}

int main(void)
{
    const struct media from = example_media();
    usec_t ours = INT64_MAX, hand = INT64_MAX;
    struct arena arena = { 0 };
    struct buffer buffer = { 0 };
    msgpack_sbuffer by_hand;

    msgpack_sbuffer_init(&by_hand);
    for (int round = 0; round < ROUNDS; round++) {
        const usec_t a = our_round(&from, &arena, &buffer), b = hand_round(&from, &arena, &by_hand);

        ours = a < ours ? a : ours;
        hand = b < hand ? b : hand;
    }
    if (ours < 0 || hand < 0 || buffer.len != by_hand.size || memcmp(buffer.at, by_hand.data, buffer.len) != 0) {
        fprintf(stderr, "codec: the two do not make the same message\n");
        return 1;
    }
    printf("codec: media record of %zu bytes, encode + decode: %.0f ns, by hand %.0f ns, ratio %.2f\n", buffer.len,
           1000.0 * (double)ours / REPEATS, 1000.0 * (double)hand / REPEATS, (double)ours / (double)hand);

    msgpack_sbuffer_destroy(&by_hand);
    arena_free(&arena);
    buffer_free(&buffer);
    return 0;
}
