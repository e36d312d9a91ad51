#include "services/search/index/record_uses.h"

#include "common/naming/fold.h"
#include "services/search/index/role_counts.h"
#include "store/community.h"
#include "store/uses.h"

enum {
    WORDS_MOST = 256,  /* roles and sections of an item */
    TERMS_OF_A_USE = 5 /* and the terms that add_values adds */
};

/* A role or section of the item, and the last context that counted it. */
struct counted_word {
    struct text word; /* folded */
    struct id context;
    bool is_current; /* a use that has not ended has it */
    struct role_counts counts;
};

struct adding_uses {
    struct txn *txn;
    struct entry *entry;
    uint32_t count;
    struct counted_word words[WORDS_MOST];
};

static struct counted_word *find_word(struct adding_uses *to, struct text word)
{
    for (uint32_t i = 0; i < to->count; i++)
        if (text_equal(to->words[i].word, word))
            return &to->words[i];
    if (to->count == WORDS_MOST)
        return NULL;
    to->words[to->count] = (struct counted_word){ .word = arena_text(to->entry->arena, word) };
    return &to->words[to->count++];
}

static void count_word(struct adding_uses *to, struct id context, struct text said, bool is_current)
{
    struct text word = fold_text(to->entry->arena, said);
    struct counted_word *counted = word.len ? find_word(to, word) : NULL;

    if (!counted)
        return;
    counted->is_current |= is_current;
    counted->counts.contexts += !id_equal(counted->context, context);
    counted->context = context;
}

static void add_values(struct entry *entry, const struct context *context, const struct use *use)
{
    entry_value(entry, TERM_HAS, TEXT("use"));
    entry_value(entry, TERM_CONTEXT, context->name);
    entry_value(entry, TERM_ROLE, use->role);
    entry_value(entry, TERM_SECTION, use->section);
    entry_value(entry, TERM_TRACK, use->track);
}

/* Ended uses count too: history ranks. */
static bool add_use(void *state, struct id id, const struct use *use)
{
    struct adding_uses *to = state;
    struct context context;
    bool is_current = !use->ended && uses_context(to->txn, to->entry->arena, id, &context) == ERR_OK;

    count_word(to, id, use->role, is_current);
    count_word(to, id, use->section, is_current);
    if (is_current && to->entry->term_count + TERMS_OF_A_USE + WORDS_MOST < ENTRY_TERMS)
        add_values(to->entry, &context, use);
    return true;
}

static uint32_t cut_count(uint64_t count)
{
    return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

static bool add_role(void *state, const struct lesson *lesson)
{
    struct adding_uses *to = state;
    struct counted_word *counted = find_word(to, lesson->word);

    if (counted)
        counted->counts.studios = cut_count(lesson->studios);
    return true;
}

static enum err add_community(struct adding_uses *to, struct bytes content)
{
    struct lesson lesson;
    enum err e;

    if (content.len != COMMUNITY_CONTENT)
        return ERR_OK;
    e = community_about(to->txn, to->entry->arena, LESSON_KIND_USE, content, TEXT(""), &lesson);
    if (e != ERR_OK)
        return e;
    to->entry->used.studios = cut_count(lesson.studios);
    return community_each(to->txn, to->entry->arena, LESSON_KIND_ROLE, content, add_role, to);
}

/* A word that only ended uses have does not find the item. */
static void add_words(struct adding_uses *to)
{
    for (uint32_t i = 0; i < to->count; i++) {
        struct counted_word *counted = &to->words[i];

        counted->counts.used = to->entry->used;
        if (!counted->is_current)
            counted->counts.contexts = 0;
        if (counted->counts.contexts || counted->counts.studios)
            role_counts_add(to->entry, counted->word, &counted->counts);
    }
}

enum err record_uses(struct txn *txn, struct bytes content, struct entry *entry)
{
    bool is_used = txn_count(txn, DB_USED_IN) > 0, is_known = txn_count(txn, DB_COMMUNITY) > 0;
    struct adding_uses *to = is_used || is_known ? arena_alloc(entry->arena, sizeof(*to)) : NULL;
    enum err e = ERR_OK;

    if (!is_used && !is_known)
        return ERR_OK;
    if (!to)
        return ERR_FULL;
    to->txn = txn;
    to->entry = entry;
    if (is_used) {
        entry->used.contexts = uses_count_contexts(txn, entry->id);
        e = uses_each_of(txn, entry->arena, entry->id, add_use, to);
    }
    if (e == ERR_OK && is_known)
        e = add_community(to, content);
    if (e == ERR_OK)
        add_words(to);
    return e;
}
