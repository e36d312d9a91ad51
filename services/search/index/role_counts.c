#include "services/search/index/role_counts.h"

#include <string.h>

enum { WORD_LONGEST = 512, NUMBERS = 4, NUMBERS_SIZE = NUMBERS * sizeof(uint32_t) };

struct text role_counts_start(char to[TERM_LONGEST], struct text word)
{
    struct text start;

    if (word.len > WORD_LONGEST)
        word.len = WORD_LONGEST;
    start = terms_start(to, TERM_FOR, word);
    to[start.len++] = 0;
    return start;
}

void role_counts_add(struct entry *entry, struct text word, const struct role_counts *counts)
{
    const uint32_t numbers[NUMBERS] = { counts->contexts, counts->studios, counts->used.contexts,
                                        counts->used.studios };
    char key[TERM_LONGEST];
    struct text start = role_counts_start(key, word);

    memcpy(key + start.len, numbers, sizeof(numbers));
    entry_key(entry, (struct text){ start.len + sizeof(numbers), key });
}

bool role_counts_read(struct text key, struct role_counts *to)
{
    uint32_t numbers[NUMBERS];

    if (key.len < NUMBERS_SIZE)
        return false;
    memcpy(numbers, key.at + key.len - sizeof(numbers), sizeof(numbers));
    *to = (struct role_counts){ numbers[0], numbers[1], { .contexts = numbers[2], .studios = numbers[3] } };
    return true;
}
