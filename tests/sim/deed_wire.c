#include <stdio.h>
#include <string.h>

#include "proto/wire/codec.h"
#include "schema_audio.h"
#include "tests/sim/deed.h"

/* ---- words ---- */

static const char *const tag_words[TAGS] = { "t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7" };

void deed_tags(uint32_t tags, struct text_list *to, struct text room[TAGS])
{
    *to = (struct text_list){ 0, room };
    for (int i = 0; i < TAGS; i++)
        if (tags >> i & 1)
            room[to->count++] = text_of(tag_words[i]);
}

uint32_t deed_tag_bits(struct text_list tags)
{
    uint32_t bits = 0;

    for (uint32_t i = 0; i < tags.count; i++) {
        int tag = 0;
        while (tag < TAGS && !text_is(tags.at[i], tag_words[tag]))
            tag++;
        if (tag == TAGS)
            return ~0u;
        bits |= 1u << tag;
    }
    return bits;
}

struct bytes deed_word(const char *format, uint32_t number, char to[WORD])
{
    snprintf(to, WORD, format, number);
    return bytes_of(to, strlen(to));
}

struct bytes deed_file(uint32_t file, char to[WORD])
{
    return deed_word("k%02u.wav", file, to);
}

struct bytes deed_folder(uint32_t number, char to[WORD])
{
    return deed_word(number == MOUNT ? "" : "folder%u", number, to);
}

/* ---- asks ---- */

static const char *const names[DEED_KINDS] = {
    [DEED_EDIT] = "persist.put_media",
    [DEED_BATCH] = "persist.batch",
    [DEED_APPLY] = "persist.apply",
    [DEED_UNDO] = "persist.undo",
    [DEED_REDO] = "persist.redo",
    [DEED_FORGET] = "persist.forget",
    [DEED_VOLUME] = "persist.put_volume",
    [DEED_FOLDER] = "persist.put_folder",
    [DEED_MOVE_FOLDER] = "persist.move_folder",
    [DEED_LIBRARY] = "persist.put_library",
    [DEED_REMOVE_LIBRARY] = "persist.remove_library",
    [DEED_FORGET_LIBRARY] = "persist.forget_library",
    [DEED_RECALL] = "persist.recall",
    [DEED_EMPTY] = "persist.empty_forgotten",
    [DEED_TOGGLE] = "audio.toggle",
    [DEED_TAP] = "audio.tap",
    [DEED_LOCATE] = "audio.locate",
};

const struct ask *deed_ask(const struct deed *deed)
{
    return schema_ask(text_of(names[deed->kind]));
}

static struct edit edit_of(const struct op *op, struct text add[TAGS], struct text remove[TAGS])
{
    const struct wish *wish = &op->wish;
    struct edit edit = {
        .id = op->item,
        .has_expect = op->has_expect,
        .expect = op->expect,
        .has_name = wish->has_name,
        .name = text_of(wish->name),
        .has_notes = wish->has_notes,
        .notes = text_of(wish->notes),
        .has_favourite = wish->has_favourite,
        .favourite = wish->favourite,
        .has_hidden = wish->has_hidden,
        .hidden = wish->hidden,
        .has_forgotten = wish->has_forgotten,
        .forgotten = wish->forgotten,
    };

    deed_tags(wish->add, &edit.add_tags, add);
    deed_tags(wish->remove, &edit.remove_tags, remove);
    return edit;
}

struct bytes deed_content(uint32_t content, uint8_t to[16])
{
    memset(to, (int)content, 16);
    return bytes_of(to, content ? 16 : 0);
}

static struct analysed make_analysed(const struct op *op, uint8_t content[16])
{
    static const uint8_t waveform[2000];
    static struct artefact artefact = { .type = TEXT("waveform"),
                                        .version = 1,
                                        .data = { sizeof(waveform), waveform } };
    static struct fact fact = { .attribute = TEXT("bpm"),
                                .source = { .value = SOURCE_ANALYSIS },
                                .has_number = true,
                                .number = 120,
                                .shown = true };

    return (struct analysed){ .id = op->item,
                              .size = op->size,
                              .mtime = op->mtime,
                              .analyser = op->analyser,
                              .state = { .value = ANALYSIS_STATE_DONE },
                              .content = deed_content(op->content, content),
                              .facts = { op->brings == BRINGS_FACTS, &fact },
                              .artefacts = { op->brings != BRINGS_NOTHING, &artefact } };
}

static struct operation operation_of(const struct op *op, struct text add[TAGS], struct text remove[TAGS],
                                     char file[WORD], uint8_t content[16])
{
    struct operation to = { 0 };
    const struct choice availability = { .value = op->availability };

    to.has_edit = op->kind == OP_EDIT;
    to.has_place = op->kind == OP_PLACE;
    to.has_move = op->kind == OP_MOVE;
    to.has_presence = op->kind == OP_PRESENCE;
    to.has_analysed = op->kind == OP_HEARD;
    to.edit = edit_of(op, add, remove);
    to.place = (struct place){ .folder = op->folder,
                               .file = deed_file(op->file, file),
                               .size = op->size,
                               .mtime = op->mtime,
                               .kind = { .value = KIND_AUDIO },
                               .pack = text_of(op->pack),
                               .availability = availability };
    to.move = (struct move){ .id = op->item, .folder = op->folder, .file = deed_file(op->file, file) };
    to.analysed = make_analysed(op, content);
    to.presence = (struct presence){ .id = op->item,
                                     .availability = availability,
                                     .has_folder = op->has_place,
                                     .folder = op->folder,
                                     .file = deed_file(op->file, file) };
    return to;
}

static void put_frame(const struct deed *deed, const void *request, struct buffer *to)
{
    struct fault fault = { 0 };

    if (codec_encode(deed_ask(deed)->request, request, to, &fault) != ERR_OK)
        sim_fail("%s is not encoded: %s %s", names[deed->kind], fault.what, fault.field);
}

static void encode_batch(const struct deed *deed, struct buffer *to)
{
    struct text add[OPS][TAGS], remove[OPS][TAGS];
    char files[OPS][WORD];
    uint8_t contents[OPS][16];
    struct operation operations[OPS];
    struct persist_batch ask = { .operations = { deed->op_count, operations } };

    for (uint32_t i = 0; i < deed->op_count; i++)
        operations[i] = operation_of(&deed->ops[i], add[i], remove[i], files[i], contents[i]);
    put_frame(deed, &ask, to);
}

static void encode_apply(const struct deed *deed, struct buffer *to)
{
    struct text add[OPS][TAGS], remove[OPS][TAGS];
    struct action actions[OPS];
    struct persist_apply ask = { .label = TEXT("some"),
                                 .actions = { deed->op_count, actions },
                                 .has_step = deed->has_step,
                                 .step = deed->step,
                                 .has_parts = deed->in_parts,
                                 .parts = deed->in_parts };

    for (uint32_t i = 0; i < deed->op_count; i++) {
        const struct op *op = &deed->ops[i];
        actions[i] = (struct action){ .has_edit = op->kind == OP_EDIT, .has_relink = op->kind == OP_RELINK };
        actions[i].relink = (struct relink){ .id = op->item, .with = op->with };
        actions[i].edit = edit_of(op, add[i], remove[i]);
    }
    put_frame(deed, &ask, to);
}

static void encode_edit(const struct deed *deed, struct buffer *to)
{
    struct text add[TAGS], remove[TAGS];
    struct persist_put_media ask = { .edit = edit_of(&deed->ops[0], add, remove) };

    put_frame(deed, &ask, to);
}

static void encode_volume(const struct deed *deed, struct buffer *to)
{
    char label[WORD];
    struct persist_put_volume ask = { .volume = { .identity = TEXT("root"),
                                                  .mount = bytes_of("/", 1),
                                                  .backend = { .value = BACKEND_LOCAL },
                                                  .online = true } };
    struct bytes word_of = deed_folder(deed->number, label);

    ask.volume.label = (struct text){ word_of.len, (const char *)word_of.at };
    put_frame(deed, &ask, to);
}

static void encode_folder(const struct deed *deed, struct buffer *to)
{
    char name[WORD];
    struct persist_put_folder ask = { .folder = { .volume = deed_volume(), .parent = deed->parent } };

    ask.folder.name = deed_folder(deed->number, name);
    put_frame(deed, &ask, to);
}

static void encode_move_folder(const struct deed *deed, struct buffer *to)
{
    char name[WORD];
    struct persist_move_folder ask = { .id = deed->id,
                                       .parent = deed->parent,
                                       .name = deed_folder(deed->number, name) };

    put_frame(deed, &ask, to);
}

static void encode_library(const struct deed *deed, struct buffer *to)
{
    struct persist_put_library ask = { .library = { .id = deed->id, .volume = deed_volume(), .files = deed->number } };

    ask.library.path = bytes_of("/x", 2);
    put_frame(deed, &ask, to);
}

static void encode_one_id(const struct deed *deed, struct buffer *to)
{
    struct persist_forget ask = { .id = deed->id };

    put_frame(deed, &ask, to);
}

static void encode_recall(const struct deed *deed, struct buffer *to)
{
    struct persist_recall ask = { .folder = deed->id };

    put_frame(deed, &ask, to);
}

static void encode_toggle(const struct deed *deed, struct buffer *to)
{
    struct audio_toggle ask = { .count_in = deed->number };

    put_frame(deed, &ask, to);
}

static void encode_locate(const struct deed *deed, struct buffer *to)
{
    struct audio_locate ask = { .bar = deed->number };

    put_frame(deed, &ask, to);
}

static void encode_undo(const struct deed *deed, struct buffer *to)
{
    const struct persist_undo ask = { .has_to = deed->has_step, .to = deed->step };

    put_frame(deed, &ask, to);
}

static void encode_redo(const struct deed *deed, struct buffer *to)
{
    const struct persist_redo ask = { 0 };

    put_frame(deed, &ask, to);
}

static void encode_nothing(const struct deed *deed, struct buffer *to)
{
    put_frame(deed, "", to);
}

void deed_encode(const struct deed *deed, struct buffer *to)
{
    static void (*const encoders[DEED_KINDS])(const struct deed *, struct buffer *) = {
        [DEED_EDIT] = encode_edit,
        [DEED_BATCH] = encode_batch,
        [DEED_APPLY] = encode_apply,
        [DEED_UNDO] = encode_undo,
        [DEED_REDO] = encode_redo,
        [DEED_FORGET] = encode_one_id,
        [DEED_VOLUME] = encode_volume,
        [DEED_FOLDER] = encode_folder,
        [DEED_MOVE_FOLDER] = encode_move_folder,
        [DEED_LIBRARY] = encode_library,
        [DEED_REMOVE_LIBRARY] = encode_one_id,
        [DEED_FORGET_LIBRARY] = encode_one_id,
        [DEED_RECALL] = encode_recall,
        [DEED_EMPTY] = encode_nothing,
        [DEED_TOGGLE] = encode_toggle,
        [DEED_TAP] = encode_nothing,
        [DEED_LOCATE] = encode_locate,
    };

    encoders[deed->kind](deed, to);
}
