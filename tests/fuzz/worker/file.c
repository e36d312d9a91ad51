/* Any bytes as a file of any container: tags within the schema's limits, a payload inside the file, a hash. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "proto/wire/codec.h"
#include "services/worker/tags/content.h"
#include "services/worker/tags/form.h"
#include "services/worker/tags/midi.h"
#include "services/worker/tags/new_tags.h"
#include "services/worker/tags/tags.h"
#include "tests/fuzz/fuzz.h"

static void open_input(struct input *input, struct bytes bytes)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);

    holds(fd >= 0 && write(fd, bytes.at, bytes.len) == (ssize_t)bytes.len);
    holds(input_open(input, fd, NULL) == ERR_OK);
}

static void tags_keep_their_bounds(struct input *input, enum container container)
{
    struct arena arena = { 0 };
    struct labels labels;
    struct buffer to = { 0 };
    struct fault fault = { 0 };

    labels_begin(&labels, &arena);
    tags_read(input, container, &labels);
    holds(labels.list.count <= LABELS_MAX);
    for (uint32_t i = 0; i < labels.list.count; i++)
        holds(codec_encode(&fact_shape, &labels.list.at[i], &to, &fault) == ERR_OK);
    buffer_free(&to);
    arena_free(&arena);
}

static void payload_lies_inside(struct input *input, enum container container)
{
    struct hash_stream *stream = hash_new();
    struct payload payload = { 0 };

    if (content_payload(input, container, &payload))
        holds(payload.at >= 0 && payload.size >= 0 && payload.at <= input->size &&
              payload.size <= input->size - payload.at);
    content_hash(input, container, stream);
    hash_free(stream);
}

/* The same file has the same form. */
static void a_form_is_one_of_the_file(struct input *input, enum container container)
{
    uint8_t form[FORM_SIZE], again[FORM_SIZE];
    const bool is_known = form_read(input, container, form);

    holds(form_read(input, container, again) == is_known && (!is_known || memcmp(form, again, sizeof(form)) == 0));
}

static void a_song_has_sane_numbers(struct input *input)
{
    struct midi_song song;

    if (!midi_song_read(input, &song))
        return;
    holds(song.seconds >= 0 && song.pitched <= song.notes && song.notes <= (uint64_t)input->size);
    holds(song.pitched == 0 || (song.low <= song.high && song.high < 128));
    holds(song.key < 0 || (song.key < 24 && song.key_confidence >= 0.5 && song.key_confidence <= 0.95));
}

/* The parts of a file with other labels lie in the old one, in its order, and their answer can be sent. */
static void new_tags_keep_their_bounds(struct input *input, enum container container)
{
    struct text tags[] = { TEXT("warm"), TEXT("\xc3\xb6l & <fire>") };
    const struct label_job job = { .tags = { 2, tags }, .key = TEXT("C#m"), .bpm = 127.5 };
    struct label_plan plan = { 0 };
    struct arena arena = { 0 };
    struct buffer to = { 0 };
    struct fault fault = { 0 };
    struct pieces pieces;
    uint64_t at = 0;

    pieces_begin(&pieces, &arena);
    if (new_tags_plan(input, container, &job, &pieces, &fault) == ERR_OK) {
        plan.pieces = pieces.list;
        for (uint32_t i = 0; i < pieces.list.count; i++) {
            const struct label_piece *piece = &pieces.list.at[i];
            holds(piece->len == 0 || (piece->at >= at && piece->at + piece->len <= (uint64_t)input->size));
            at = piece->len > 0 ? piece->at + piece->len : at;
        }
        holds(codec_encode(&label_plan_shape, &plan, &to, &fault) == ERR_OK);
    }
    buffer_free(&to);
    arena_free(&arena);
}

/* The first byte selects the extension of the file, and the container that it is read as; zero: the detected one. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input all = { bytes, len };
    struct bytes choice = fuzz_take(&all, 1);
    enum container container = choice.len ? choice.at[0] % CONTAINER_COUNT : CONTAINER_UNKNOWN, seems;
    struct input input;

    open_input(&input, fuzz_rest(&all));
    seems = kind_container(&input, text_of(kind_word(container)));
    holds(seems < CONTAINER_COUNT && kind_word(seems));
    container = container == CONTAINER_UNKNOWN ? seems : container;
    tags_keep_their_bounds(&input, container);
    payload_lies_inside(&input, container);
    new_tags_keep_their_bounds(&input, container);
    a_form_is_one_of_the_file(&input, container);
    a_song_has_sane_numbers(&input);
    close(input.fd);
    return 0;
}
