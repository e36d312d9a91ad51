#include "services/search/index/entry.h"

#include <math.h>
#include <string.h>

#include "common/naming/fold.h"
#include "services/search/index/words.h"

enum { VALUE_LONGEST = 512 };

struct adding {
    struct entry *entry;
    enum term_field field;
};

void entry_key(struct entry *entry, struct text key)
{
    struct text kept = arena_text(entry->arena, key);

    if (kept.at && entry->term_count < ENTRY_TERMS)
        entry->terms[entry->term_count++] = kept;
}

static void add_term(struct entry *entry, enum term_field field, struct text text)
{
    char key[TERM_LONGEST];

    entry_key(entry, terms_start(key, field, text));
}

void entry_begin(struct entry *entry, struct arena *arena, struct id id)
{
    entry->arena = arena;
    entry->id = id;
    entry->name = entry->notes = (struct text){ 0 };
    entry->term_count = entry->number_count = 0;
    entry->has_vector = false;
    entry->used = (struct entry_used){ 0 };
    add_term(entry, TERM_ALL, (struct text){ 0 });
}

static bool add_word(void *state, struct text word)
{
    struct adding *adding = state;

    if (adding->entry->term_count >= ENTRY_WORDS)
        return false;
    add_term(adding->entry, adding->field, word);
    return true;
}

void entry_words(struct entry *entry, enum term_field field, struct text from)
{
    struct adding adding = { entry, field };

    words_each(from, true, add_word, &adding);
}

/* Cuts between two characters. */
static struct text cut_value(struct text t)
{
    if (t.len > VALUE_LONGEST)
        t.len = VALUE_LONGEST;
    while (t.len && !text_is_utf8(t))
        t.len--;
    return t;
}

void entry_value(struct entry *entry, enum term_field field, struct text value)
{
    char key[TERM_LONGEST];
    struct text folded = cut_value(fold_text(entry->arena, value)), start = terms_start(key, field, folded);

    value = cut_value(value);
    if (folded.len == 0 || memchr(value.at, 0, value.len) || start.len + 1 + value.len > TERM_LONGEST)
        return;
    key[start.len] = 0;
    memcpy(key + start.len + 1, value.at, value.len);
    entry_key(entry, (struct text){ start.len + 1 + value.len, key });
}

void entry_id(struct entry *entry, enum term_field field, struct id id)
{
    add_term(entry, field, (struct text){ sizeof(id.b), (const char *)id.b });
}

void entry_number(struct entry *entry, struct text name, double value, bool is_wide)
{
    if (isfinite(value) && entry->number_count < ENTRY_NUMBERS)
        entry->numbers[entry->number_count++] = (struct entry_number){ name, value, is_wide };
}
