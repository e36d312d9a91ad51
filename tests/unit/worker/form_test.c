#include "services/worker/tags/form.h"
#include "tests/unit/claim.h"
#include "tests/unit/worker/made.h"

enum { PARTS, HEAD, WRITER, SIZES };

struct form {
    uint8_t at[FORM_HASHES][FORM_HASH];
};

/* The form of the file, which it frees. */
static struct form form_of(struct buffer *file)
{
    struct made made = made_of(file);
    uint8_t bytes[FORM_SIZE];
    struct form form;

    assert_true(form_read(&made.input, made.container, bytes));
    memcpy(&form, bytes, sizeof(form));
    made_close(&made);
    buffer_free(file);
    return form;
}

static struct form form_of_wave(const struct buffer *before, const struct buffer *behind)
{
    struct buffer wave = made_wave(before, behind);

    return form_of(&wave);
}

static struct form form_encoded(struct encoded how)
{
    struct buffer file = made_encoded(how);

    return form_of(&file);
}

/* Bit 1 << n: hash n differs. */
static unsigned find_differences(struct form a, struct form b)
{
    unsigned differs = 0;

    for (int i = 0; i < FORM_HASHES; i++)
        differs |= memcmp(a.at[i], b.at[i], FORM_HASH) ? 1u << i : 0;
    return differs;
}

static struct buffer made_info(const char *software, const char *title)
{
    struct buffer info = { 0 }, list = { 0 };

    put_letters(&info, "INFO");
    put_chunk_of(&info, "INAM", title);
    put_chunk_of(&info, "ISFT", software);
    put_chunk(&list, "LIST", &info);
    buffer_free(&info);
    return list;
}

CLAIM(the_form_of_a_wave_is_its_chunks_its_writer_and_their_sizes)
{
    struct buffer editor = made_info("Editor 6", "A long title"), other = made_info("Editor 7", "B"), pad = { 0 },
                  wide = { 0 };
    put_chunk_of(&pad, "PAD ", "12345"), put_chunk_of(&wide, "PAD ", "1234567");
    const struct form plain = form_of_wave(NULL, &editor);
    assert_int_equal(0, find_differences(plain, form_of_wave(NULL, &editor)));
    assert_int_equal(1 << WRITER, find_differences(plain, form_of_wave(NULL, &other)));
    assert_int_equal(1 << PARTS, find_differences(plain, form_of_wave(&editor, NULL)));
    assert_int_equal(1 << SIZES, find_differences(form_of_wave(&pad, NULL), form_of_wave(&wide, NULL)));
    buffer_free(&editor), buffer_free(&other), buffer_free(&pad), buffer_free(&wide);
}

CLAIM(sound_and_titles_do_not_change_a_form)
{
    static const int formats[] = { SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_AIFF | SF_FORMAT_PCM_24,
                                   SF_FORMAT_FLAC | SF_FORMAT_PCM_16, SF_FORMAT_OGG | SF_FORMAT_VORBIS };
    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
        const struct form one = form_encoded((struct encoded){ .format = formats[i], .hertz = 220, .title = "Kick" });
        assert_int_equal(0, find_differences(one, form_encoded((struct encoded){
                                                      .format = formats[i], .hertz = 5000, .title = "Snare, hard" })));
        for (size_t k = 0; k < i; k++)
            assert_true(find_differences(one, form_encoded((struct encoded){
                                                  .format = formats[k], .hertz = 220, .title = "Kick" })) &
                        1 << PARTS);
    }
}

static struct buffer made_tagged(const char *frames, size_t len, int version, int flags)
{
    static const uint8_t frame[417] = { 0xFF, 0xFB, 0x90, 0xC0 };
    struct buffer file = { 0 };

    put_letters(&file, "ID3"), put_le(&file, (uint64_t)version, 2), put_le(&file, (uint64_t)flags, 1);
    put_be(&file, len >> 7 << 8 | (len & 127), 4);
    buffer_add(&file, frames, len);
    for (int i = 0; i < 8; i++)
        buffer_add(&file, frame, sizeof(frame));
    return file;
}

CLAIM(what_a_person_wrote_into_id3_does_not_change_a_form)
{
    enum { UNSYNCHRONISED = 0x80, EXTENDED = 0x40 };
    struct buffer plain = made_tagged("TIT2\0\0\0\5\0\0\0Kick", 15, 3, 0),
                  longer = made_tagged("TIT2\0\0\0\7\0\0\0Snare!TALB\0\0\0\2\0\0\0X", 29, 3, 0),
                  odd = made_tagged("\0\0\0\6\0\0\0\0\0\0TIT2\0\0\0\5\0\0\0Kick", 25, 3, UNSYNCHRONISED | EXTENDED),
                  newer = made_tagged("TIT2\0\0\0\5\0\0\0Kick", 15, 4, 0);
    const struct form one = form_of(&plain);
    assert_int_equal(0, find_differences(one, form_of(&longer)));
    assert_int_equal(0, find_differences(one, form_of(&odd)));
    assert_int_equal(1 << PARTS, find_differences(one, form_of(&newer)));
}

CLAIM(a_damaged_or_foreign_file_has_no_form)
{
    static const char *const files[] = { "fLaC", "fLaC\x84zzz", "RIFF", "OggS", "\xFF\xFB", "", "junk" };
    uint8_t form[FORM_SIZE];
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        struct made made = made_open(files[i], strlen(files[i]));
        for (enum container as = CONTAINER_UNKNOWN; as < CONTAINER_COUNT; as++)
            assert_false(form_read(&made.input, as, form));
        made_close(&made);
    }
}
