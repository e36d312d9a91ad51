#include "services/persist/steps/step_words.h"

#include "common/buffer.h"
#include "services/persist/edit/undo_stack.h"

enum { LABEL_BYTES = 255 };

static void add_word(struct buffer *to, const char *word)
{
    buffer_printf(to, "%s%s", to->len ? ", " : "", word);
}

static void add_fields(struct buffer *to, const struct edit *edit)
{
    const struct {
        bool has;
        const char *word;
    } fields[] = {
        { edit->has_name, "name" },
        { edit->has_pack, "pack" },
        { edit->has_notes, "notes" },
        { edit->has_origin, "origin" },
        { edit->has_remote, "remote" },
        { edit->has_favourite, edit->favourite ? "favourite" : "no favourite" },
        { edit->has_hidden, edit->hidden ? "hide" : "show" },
        { edit->has_forgotten, edit->forgotten ? "forget" : "bring back" },
    };

    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
        if (fields[i].has)
            add_word(to, fields[i].word);
}

static void add_tags(struct buffer *to, const struct edit *edit)
{
    if (edit->add_tags.count + edit->remove_tags.count == 0)
        return;
    add_word(to, "tag");
    for (uint32_t i = 0; i < edit->add_tags.count; i++)
        buffer_printf(to, " +%.*s", TEXT_ARG(edit->add_tags.at[i]));
    for (uint32_t i = 0; i < edit->remove_tags.count; i++)
        buffer_printf(to, " -%.*s", TEXT_ARG(edit->remove_tags.at[i]));
}

static void add_attribute(struct buffer *to, struct text attribute)
{
    if (text_starts(attribute, TEXT("unlike:")))
        add_word(to, "unlike");
    else
        buffer_printf(to, "%s%.*s", to->len ? ", " : "", TEXT_ARG(attribute));
}

struct text step_words(struct arena *arena, const struct undo_step *row)
{
    const struct element_edit *part = undo_element(row);
    const struct edit *edit = &row->after;
    char room[LABEL_BYTES];
    struct buffer words = { 0 };

    if (row->label.len)
        return arena_text(arena, row->label);
    if (row->has_again)
        add_word(&words, "move");
    if (row->has_folder_again)
        buffer_printf(&words, "move of the folder %.*s", (int)row->folder_back.name.len,
                      (const char *)row->folder_back.name.at);
    if (part)
        add_word(&words, choice_word(&element_kind_table, part->kind.value));
    if (row->has_relink)
        add_word(&words, "relink");
    add_fields(&words, edit);
    add_tags(&words, edit);
    for (uint32_t i = 0; i < edit->facts.count; i++)
        add_attribute(&words, edit->facts.at[i].attribute);
    for (uint32_t i = 0; i < edit->clear_facts.count; i++)
        add_attribute(&words, edit->clear_facts.at[i]);
    const struct bytes all = buffer_bytes(&words);
    uint32_t len = text_repair(room, sizeof(room), (struct text){ all.len, (const char *)all.at });
    struct text label = arena_text(arena, (struct text){ len, room });
    buffer_free(&words);
    return label;
}
