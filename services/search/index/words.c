#include "services/search/index/words.h"

#include "common/naming/fold.h"

enum letter_kind { LETTER_NONE, LETTER_SMALL, LETTER_CAPITAL, LETTER_DIGIT, LETTER_ALONE };

struct word {
    uint32_t len;
    char at[WORDS_LONGEST];
};

struct word_walk {
    struct word run, part;
    bool has_parts; /* the run has several parts */
    bool parts;
    bool (*seen)(void *state, struct text word);
    void *state;
};

static enum letter_kind letter_of(uint32_t c)
{
    if (!fold_is_word(c))
        return LETTER_NONE;
    if (c >= '0' && c <= '9')
        return LETTER_DIGIT;
    if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE))
        return LETTER_CAPITAL;
    return c >= 0x2E80 && c < 0xAC00 ? LETTER_ALONE : LETTER_SMALL;
}

static void add_bytes(struct word *word, const char *bytes, uint32_t len)
{
    if (word->len + len > WORDS_LONGEST)
        return;
    for (uint32_t i = 0; i < len; i++)
        word->at[word->len++] = bytes[i];
}

static bool pass_word(struct word_walk *walk, struct word *word)
{
    struct text t = { word->len, word->at };

    word->len = 0;
    return t.len == 0 || walk->seen(walk->state, t);
}

static bool end_part(struct word_walk *walk, bool run_ends)
{
    if (!run_ends)
        walk->has_parts = true;
    if (walk->parts && walk->has_parts)
        return pass_word(walk, &walk->part);
    walk->part.len = 0;
    return true;
}

static bool end_run(struct word_walk *walk)
{
    bool goes_on = end_part(walk, true) && pass_word(walk, &walk->run);

    walk->has_parts = false;
    return goes_on;
}

static bool begins_part(enum letter_kind before, enum letter_kind now)
{
    return before != LETTER_NONE && before != now && !(before == LETTER_CAPITAL && now == LETTER_SMALL);
}

bool words_each(struct text from, bool parts, bool (*seen)(void *state, struct text word), void *state)
{
    struct word_walk walk = { .parts = parts, .seen = seen, .state = state };
    enum letter_kind before = LETTER_NONE;

    for (uint32_t i = 0, len; i < from.len; i += len) {
        uint32_t c = fold_character((struct text){ from.len - i, from.at + i }, &len);
        enum letter_kind now = letter_of(c);
        bool apart = now == LETTER_NONE || now == LETTER_ALONE || before == LETTER_ALONE;
        char folded[4];
        uint32_t bytes = now == LETTER_NONE ? 0 : fold_write(c, folded);

        if (now != LETTER_NONE && bytes == 0) /* an accent of the previous letter */
            continue;
        if (apart ? !end_run(&walk) : begins_part(before, now) && !end_part(&walk, false))
            return false;
        add_bytes(&walk.run, folded, bytes);
        add_bytes(&walk.part, folded, bytes);
        before = now;
    }
    return end_run(&walk);
}

static bool is_other(void *state, struct text word)
{
    return !text_starts(word, *(const struct text *)state);
}

bool words_have(struct text from, struct text start)
{
    return !words_each(from, true, is_other, &start);
}
