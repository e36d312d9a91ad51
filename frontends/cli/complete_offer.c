/* complete_offer.c: offers of words, which the files for arguments share. */
#include "frontends/cli/complete_offer.h"

#include <string.h>

enum { BUDGET_MS = 500 };

void complete_word(const struct unfinished *u, struct text text, const char *after)
{
    if (text_starts(text, text_of(u->word)) || u->word[0] == '\0')
        cli_print(&u->cli->out, "%s%.*s%s\n", u->before, TEXT_ARG(text), after);
}

void complete_words(const struct unfinished *u, const char *words)
{
    while (*words) {
        size_t len = strcspn(words, " ");

        complete_word(u, (struct text){ (uint32_t)len, words }, "");
        words += len + (words[len] == ' ');
    }
}

void complete_table(const struct unfinished *u, const struct choice_table *table)
{
    for (uint32_t i = 1; i < table->count; i++)
        complete_word(u, text_of(table->words[i]), "");
}

void complete_fields(const struct unfinished *u, const struct shape *shape, const char *but)
{
    for (uint32_t i = 0; i < shape->field_count; i++)
        if (strcmp(shape->fields[i].name, but) != 0)
            complete_word(u, text_of(shape->fields[i].name), "=");
}

bool complete_ask(const struct unfinished *u, const char *name, const void *request, void *answer)
{
    struct fault none = { 0 };

    return ask(u->cli->asker, name, request, BUDGET_MS, NULL, answer, &none) == ERR_OK;
}
