/* complete_offer.h: one unfinished word of a command line, and offers for it. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_COMPLETE_OFFER_H
#define LOOPHOLE_FRONTENDS_CLI_COMPLETE_OFFER_H

#include "frontends/cli/base/cli.h"

/* One unfinished word. */
struct unfinished {
    struct cli *cli;
    const char *word;
    const char *before; /* "--sort=" of the word, with which each offer begins; or "" */
    int at;             /* index of the argument in the command, from 0 */
    char **arguments;   /* the command's earlier arguments */
};

/* Offer what begins with the word: one text; each of several words; the words of an enum; "gain=" for
 * each field but one. */
void complete_word(const struct unfinished *u, struct text text, const char *after);
void complete_words(const struct unfinished *u, const char *words);
void complete_table(const struct unfinished *u, const struct choice_table *table);
void complete_fields(const struct unfinished *u, const struct shape *shape, const char *but);

/* Asks a service with a short budget. False: it gave no answer. */
bool complete_ask(const struct unfinished *u, const char *name, const void *request, void *answer);

#endif
