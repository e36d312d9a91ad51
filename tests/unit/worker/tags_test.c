#include "tests/unit/claim.h"
#include "tests/unit/worker/made.h"

/* ---- WAVE ---- */

CLAIM(list_info_of_a_wave_file_becomes_facts)
{
    struct arena arena = { 0 };
    struct buffer info = { 0 }, list = { 0 };
    put_letters(&info, "INFO");
    put_chunk_of(&info, "INAM", "K\xFCss"); /* Latin 1 */
    put_chunk_of(&info, "IART", "Björk");
    put_chunk_of(&info, "IGNR", "Techno");
    put_chunk_of(&info, "ICRD", "2004-05-01");
    put_chunk_of(&info, "ICMT", "   ");
    put_chunk(&list, "LIST", &info);
    struct buffer wave = made_wave(NULL, &list);
    struct labels labels = made_labels(&wave, &arena);
    assert_word(&labels, "title", "Küss");
    assert_word(&labels, "artist", "Björk");
    assert_word(&labels, "genre", "Techno");
    assert_number(&labels, "year", 2004, true);
    assert_null(find_label(&labels, "comment"));
    buffer_free(&info), buffer_free(&list), buffer_free(&wave), arena_free(&arena);
}

CLAIM(bext_says_who_made_it_and_when)
{
    struct arena arena = { 0 };
    struct buffer bext = { 0 }, chunk = { 0 };
    put_padded(&bext, "Field recording", 256), put_padded(&bext, "Recorder", 32), put_padded(&bext, "REF1", 32);
    put_letters(&bext, "2019-03-0410:11:12"), put_le(&bext, 48000, 8), put_padded(&bext, "", 300);
    put_chunk(&chunk, "bext", &bext);
    struct buffer wave = made_wave(&chunk, NULL);
    struct labels labels = made_labels(&wave, &arena);
    assert_word(&labels, "description", "Field recording");
    assert_word(&labels, "originator", "Recorder");
    assert_word(&labels, "originator_reference", "REF1");
    assert_number(&labels, "year", 2019, true);
    assert_number(&labels, "time_reference", 48000, true);
    buffer_free(&bext), buffer_free(&chunk), buffer_free(&wave), arena_free(&arena);
}

CLAIM(smpl_gives_the_root_note_and_the_loop)
{
    struct arena arena = { 0 };
    struct buffer smpl = { 0 }, chunk = { 0 };
    for (int i = 0; i < 15; i++)
        put_le(&smpl, i == 3 ? 48 : i == 7 ? 1 : i == 11 ? 100 : i == 12 ? 899 : 0, 4);
    put_chunk(&chunk, "smpl", &smpl);
    struct buffer wave = made_wave(NULL, &chunk);
    struct labels labels = made_labels(&wave, &arena);
    assert_number(&labels, "root_note", 48, true);
    assert_number(&labels, "loop_start", 100, true);
    assert_number(&labels, "loop_end", 900, true);
    buffer_free(&smpl), buffer_free(&chunk), buffer_free(&wave), arena_free(&arena);
}

static struct buffer acid_wave(uint32_t flags, float tempo)
{
    struct buffer acid = { 0 }, chunk = { 0 };
    uint32_t bits;

    memcpy(&bits, &tempo, sizeof(bits));
    put_le(&acid, flags, 4), put_le(&acid, 57, 2), put_le(&acid, 0, 6), put_le(&acid, 8, 4), put_le(&acid, 0, 4);
    put_le(&acid, bits, 4);
    put_chunk(&chunk, "acid", &acid);
    struct buffer wave = made_wave(NULL, &chunk);
    buffer_free(&acid), buffer_free(&chunk);
    return wave;
}

CLAIM(acid_gives_tempo_root_and_beats_of_a_loop)
{
    struct arena arena = { 0 };
    struct buffer wave = acid_wave(2, 174.5f);
    struct labels labels = made_labels(&wave, &arena);
    assert_number(&labels, "bpm", 174.5, true);
    assert_number(&labels, "root_note", 57, true);
    assert_number(&labels, "beats", 8, true);
    assert_number(&labels, "one_shot", 0, true);
    buffer_free(&wave), arena_free(&arena);
}

CLAIM(an_acid_tempo_of_zero_is_kept_but_not_shown)
{
    struct arena arena = { 0 };
    struct buffer wave = acid_wave(0, 0);
    struct labels labels = made_labels(&wave, &arena);
    assert_number(&labels, "bpm", 0, false);
    assert_number(&labels, "one_shot", 0, false);
    assert_null(find_label(&labels, "root_note"));
    buffer_free(&wave);
    wave = acid_wave(1, 120);
    labels = made_labels(&wave, &arena);
    assert_number(&labels, "one_shot", 1, true);
    assert_number(&labels, "bpm", 120, false);
    buffer_free(&wave);
    wave = acid_wave(0, NAN);
    labels = made_labels(&wave, &arena);
    assert_null(find_label(&labels, "bpm"));
    buffer_free(&wave), arena_free(&arena);
}

/* ---- AIFF ---- */

static void put_iff(struct buffer *to, const char *id, const struct buffer *data)
{
    put_letters(to, id), put_be(to, data->len, 4), buffer_add(to, data->at, data->len);
    if (data->len & 1)
        buffer_add(to, "", 1);
}

CLAIM(aiff_gives_name_author_root_and_loop)
{
    struct arena arena = { 0 };
    struct buffer aiff = { 0 }, name = { 0 }, author = { 0 }, marks = { 0 }, inst = { 0 };
    put_letters(&aiff, "FORM"), put_be(&aiff, 0, 4), put_letters(&aiff, "AIFF");
    put_letters(&name, "Tom"), put_letters(&author, "Someone");
    put_be(&marks, 2, 2), put_be(&marks, 1, 2), put_be(&marks, 10, 4), put_be(&marks, 3, 1), put_letters(&marks, "beg");
    put_be(&marks, 2, 2), put_be(&marks, 500, 4), put_be(&marks, 0, 2);
    put_be(&inst, 60, 1), put_padded(&inst, "", 7), put_be(&inst, 1, 2), put_be(&inst, 1, 2), put_be(&inst, 2, 2);
    put_padded(&inst, "", 6);
    put_iff(&aiff, "NAME", &name), put_iff(&aiff, "AUTH", &author), put_iff(&aiff, "INST", &inst);
    put_iff(&aiff, "MARK", &marks);
    struct labels labels = made_labels(&aiff, &arena);
    assert_word(&labels, "title", "Tom");
    assert_word(&labels, "artist", "Someone");
    assert_number(&labels, "root_note", 60, true);
    assert_number(&labels, "loop_start", 10, true);
    assert_number(&labels, "loop_end", 500, true);
    buffer_free(&aiff), buffer_free(&name), buffer_free(&author), buffer_free(&marks), buffer_free(&inst);
    arena_free(&arena);
}

/* ---- ID3 ---- */

static void put_sync_safe(struct buffer *to, uint32_t number)
{
    for (int i = 3; i >= 0; i--)
        put_le(to, number >> 7 * i & 0x7F, 1);
}

/* A tag of one version with these frames, before the frames of an MP3. */
static struct buffer tagged_mp3(int version, int flags, const struct buffer *frames)
{
    struct buffer mp3 =
        made_encoded((struct encoded){ SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 44100, 1, 440, NULL });
    struct buffer all = { 0 };

    put_letters(&all, "ID3"), put_le(&all, (uint64_t)version, 2), put_le(&all, (uint64_t)flags, 1);
    put_sync_safe(&all, (uint32_t)frames->len);
    buffer_add(&all, frames->at, frames->len);
    buffer_add(&all, mp3.at, mp3.len);
    buffer_free(&mp3);
    return all;
}

static void put_frame(struct buffer *to, int version, const char *id, int charset, const void *words, size_t len)
{
    put_letters(to, id);
    if (version == 2)
        put_be(to, len + 1, 3);
    else if (version == 3)
        put_be(to, len + 1, 4), put_le(to, 0, 2);
    else
        put_sync_safe(to, (uint32_t)len + 1), put_le(to, 0, 2);
    put_le(to, (uint64_t)charset, 1);
    buffer_add(to, words, len);
}

CLAIM(id3_speaks_in_every_version_and_charset)
{
    static const char *const ids[3][3] = { { "TT2", "TBP", "TCO" },
                                           { "TIT2", "TBPM", "TCON" },
                                           { "TIT2", "TBPM", "TCON" } };
    /* į and a drum stick, as UTF-16 with a byte order mark */
    static const char title16[] = "\xFF\xFE\x2F\x01\x3D\xD8\xA5\xDC";
    for (int version = 2; version <= 4; version++) {
        struct arena arena = { 0 };
        struct buffer frames = { 0 };
        put_frame(&frames, version, ids[version - 2][0], 1, title16, 8);
        put_frame(&frames, version, ids[version - 2][1], 0, "128.5", 6);
        put_frame(&frames, version, ids[version - 2][2], 0, "(17)", 4);
        put_frame(&frames, version, version == 2 ? "COM" : "COMM", 0, "eng\0all mine", 12);
        put_frame(&frames, version, version == 2 ? "TKE" : "TKEY", 0, "Bbm", 3);
        struct buffer mp3 = tagged_mp3(version, 0, &frames);
        struct labels labels = made_labels(&mp3, &arena);
        assert_word(&labels, "title", "\u012F\U0001F4A5");
        assert_number(&labels, "bpm", 128.5, true);
        assert_word(&labels, "genre", "Rock");
        assert_word(&labels, "comment", "all mine");
        assert_word(&labels, "key", "A#min");
        buffer_free(&frames), buffer_free(&mp3), arena_free(&arena);
    }
}

CLAIM(an_unsynchronised_tag_is_read_as_it_was_meant)
{
    struct arena arena = { 0 };
    struct buffer frames = { 0 };
    static const char title16[] = "\xFF\0\xFE"
                                  "A\0B"; /* FF 00 FE: a byte order mark whose FF was escaped */
    put_letters(&frames, "TIT2"), put_be(&frames, 7, 4), put_le(&frames, 0, 2), put_le(&frames, 1, 1);
    buffer_add(&frames, title16, 7);
    struct buffer mp3 = tagged_mp3(3, 0x80, &frames);
    struct labels labels = made_labels(&mp3, &arena);
    assert_word(&labels, "title", "AB");
    buffer_free(&frames), buffer_free(&mp3), arena_free(&arena);
}

CLAIM(id3_of_version_1_speaks_where_nothing_else_does)
{
    struct arena arena = { 0 };
    struct buffer frames = { 0 };
    put_frame(&frames, 3, "TIT2", 0, "Newer", 5);
    struct buffer mp3 = tagged_mp3(3, 0, &frames);
    put_letters(&mp3, "TAG"), put_padded(&mp3, "Older", 30), put_padded(&mp3, "Band", 30), put_padded(&mp3, "", 30);
    put_letters(&mp3, "1999"), put_padded(&mp3, "", 29), put_le(&mp3, 5, 1), put_le(&mp3, 8, 1);
    struct labels labels = made_labels(&mp3, &arena);
    assert_word(&labels, "title", "Newer");
    assert_word(&labels, "artist", "Band");
    assert_word(&labels, "genre", "Jazz");
    assert_number(&labels, "year", 1999, true);
    assert_number(&labels, "track", 5, true);
    buffer_free(&frames), buffer_free(&mp3), arena_free(&arena);
}

static void put_title_and_tempo(struct buffer *frames, int version)
{
    put_frame(frames, version, version == 2 ? "TT2" : "TIT2", 3, "Harbour", 7);
    put_frame(frames, version, version == 2 ? "TBP" : "TBPM", 3, "97", 2);
}

static void assert_title_and_tempo(const struct buffer *mp3)
{
    struct arena arena = { 0 };
    struct labels labels = made_labels(mp3, &arena);

    assert_word(&labels, "title", "Harbour");
    assert_number(&labels, "bpm", 97, true);
    arena_free(&arena);
}

CLAIM(a_picture_of_any_size_may_come_first)
{
    enum { PICTURE = 6 << 20 };
    char *picture = malloc(PICTURE);
    memset(picture, 0xFF, PICTURE); /* in an unsynchronised tag an FF that no zero follows is itself */
    for (int version = 2; version <= 4; version++)
        for (int flags = 0; flags <= 0x80; flags += 0x80) {
            struct buffer frames = { 0 };
            put_frame(&frames, version, version == 2 ? "PIC" : "APIC", 0, picture, PICTURE);
            put_title_and_tempo(&frames, version);
            struct buffer mp3 = tagged_mp3(version, flags, &frames);
            assert_title_and_tempo(&mp3);
            buffer_free(&frames), buffer_free(&mp3);
        }
    free(picture);
}

static void put_plain_frame(struct buffer *to, const char *id, int letter, uint32_t len)
{
    put_letters(to, id), put_be(to, len + 1, 4), put_le(to, 0, 2), put_le(to, 3, 1);
    for (uint32_t i = 0; i < len; i++)
        put_le(to, (uint64_t)letter, 1);
}

CLAIM(frames_of_version_4_may_have_plain_sizes)
{
    static const char letters[] = { 'c', 'C', 0, '\x7F' };
    for (size_t i = 0; i < sizeof(letters); i++)
        for (uint32_t len = 1; len < 100000; len = len * 3 + 1) {
            struct buffer frames = { 0 };
            put_plain_frame(&frames, "TENC", letters[i], len);
            put_title_and_tempo(&frames, 4);
            put_plain_frame(&frames, "TXXX", letters[i], len);
            put_padded(&frames, "", 500);
            struct buffer mp3 = tagged_mp3(4, 0, &frames);
            assert_title_and_tempo(&mp3);
            buffer_free(&frames), buffer_free(&mp3);
        }
}

CLAIM(a_frame_has_several_values)
{
    struct arena arena = { 0 };
    struct buffer frames = { 0 };
    put_frame(&frames, 4, "TCON", 3, "Techno\0Ambient\0Techno\0", 22);
    put_frame(&frames, 4, "TPE1", 1, "\xFE\xFF\0A\0\0\0B\0\0\xFF\xFE\103\0", 14);
    put_frame(&frames, 4, "TIT2", 3, "One\0Two", 7);
    put_frame(&frames, 4, "TCON", 3, "House", 5);
    struct buffer mp3 = tagged_mp3(4, 0, &frames);
    put_letters(&mp3, "TAG"), put_padded(&mp3, "", 30), put_padded(&mp3, "Band", 30), put_padded(&mp3, "", 64);
    put_le(&mp3, 8, 1);
    struct labels labels = made_labels(&mp3, &arena);
    assert_word(&labels, "genre", "Techno; Ambient; House");
    assert_word(&labels, "artist", "A; B; C");
    assert_word(&labels, "title", "One");
    buffer_free(&frames), buffer_free(&mp3), arena_free(&arena);
}

CLAIM(a_genre_has_numbers_before_its_name)
{
    static const char *const genres[][2] = {
        { "(4)(17)Dub", "Disco; Rock; Dub" }, { "(17)Rock", "Rock" }, { "17", "Rock" },     { "(999)", "(999)" },
        { "(128 BPM)", "(128 BPM)" },         { "80s", "80s" },       { "AC/DC", "AC/DC" }, { "", NULL },
    };
    for (size_t i = 0; genres[i][1]; i++) {
        struct arena arena = { 0 };
        struct labels labels;
        labels_begin(&labels, &arena);
        labels_words(&labels, "genre", (const uint8_t *)genres[i][0], strlen(genres[i][0]), CHARSET_UTF8);
        assert_word(&labels, "genre", genres[i][1]);
        arena_free(&arena);
    }
}

/* ---- Vorbis comments ---- */

CLAIM(vorbis_comments_are_read_in_flac_ogg_and_opus)
{
    static const int formats[] = { SF_FORMAT_FLAC | SF_FORMAT_PCM_16, SF_FORMAT_OGG | SF_FORMAT_VORBIS,
                                   SF_FORMAT_OGG | SF_FORMAT_OPUS };
    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
        struct arena arena = { 0 };
        struct buffer bytes = made_encoded((struct encoded){ formats[i], 48000, 1, 440, "Gräns" });
        struct labels labels = made_labels(&bytes, &arena);
        assert_word(&labels, "title", "Gräns");
        buffer_free(&bytes), arena_free(&arena);
    }
}

static bool has_later_streams(const struct buffer *bytes)
{
    struct arena arena = { 0 };
    struct labels labels = made_labels(bytes, &arena);
    const bool is_said = find_label(&labels, "truncated") != NULL;

    arena_free(&arena);
    return is_said;
}

/* Also of one file twice, whose streams have one number. */
CLAIM(an_ogg_file_with_further_streams_says_so)
{
    static const int formats[] = { SF_FORMAT_OGG | SF_FORMAT_VORBIS, SF_FORMAT_OGG | SF_FORMAT_OPUS };

    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
        struct buffer one = made_encoded((struct encoded){ formats[i], 48000, 1, 440, "One" });
        struct buffer other = made_encoded((struct encoded){ formats[i], 48000, 1, 660, "Other" }), chain = { 0 };

        assert_false(has_later_streams(&one));
        buffer_add(&chain, one.at, one.len);
        buffer_add(&chain, one.at, one.len);
        assert_true(has_later_streams(&chain));
        buffer_reset(&chain);
        buffer_add(&chain, one.at, one.len);
        buffer_add(&chain, other.at, other.len);
        assert_true(has_later_streams(&chain));
        buffer_free(&one), buffer_free(&other), buffer_free(&chain);
    }
}

/* ---- values ---- */

CLAIM(words_that_are_no_tempo_are_kept_but_not_shown)
{
    struct arena arena = { 0 };
    struct labels labels;
    labels_begin(&labels, &arena);
    labels_words(&labels, "bpm", (const uint8_t *)"fast", 4, CHARSET_UTF8);
    labels_words(&labels, "year", (const uint8_t *)"20", 2, CHARSET_UTF8);
    assert_word(&labels, "bpm", "fast");
    assert_false(find_label(&labels, "bpm")->shown);
    assert_number(&labels, "year", 20, false);
    arena_free(&arena);
}

CLAIM(tags_are_always_utf8_and_bounded)
{
    struct arena arena = { 0 };
    uint8_t noise[4096];
    for (unsigned seed = 1; seed <= 200; seed++) {
        srand(seed);
        for (size_t i = 0; i < sizeof(noise); i++)
            noise[i] = (uint8_t)(rand() % 255 + 1);
        for (enum charset charset = 0; charset < CHARSET_COUNT; charset++) {
            struct text text = charset_read(&arena, noise, (size_t)rand() % sizeof(noise), charset, 1024);
            assert_true(text.len <= 1024);
            assert_true(text_is_utf8(text));
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
}
