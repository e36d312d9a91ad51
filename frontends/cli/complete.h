/* complete.h: the offers for one unfinished word of a command line. A service that does not run gives none. One
 * thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_COMPLETE_H
#define LOOPHOLE_FRONTENDS_CLI_COMPLETE_H

#include "frontends/cli/base/cli.h"

/* One unfinished word. */
struct unfinished {
    struct cli *cli;
    const char *word;
    const char *before; /* "--sort=" of the word, with which each offer begins; or "" */
    int at;             /* index of the argument in the command, from 0 */
    char **arguments;   /* the command's earlier arguments */
};

/* complete_offer.c. Offer what begins with the word: one text; each of several words; the words of an enum; "gain=" for
 * each field but one. */
void complete_word(const struct unfinished *u, struct text text, const char *after);
void complete_words(const struct unfinished *u, const char *words);
void complete_table(const struct unfinished *u, const struct choice_table *table);
void complete_fields(const struct unfinished *u, const struct shape *shape, const char *but);

/* complete_offer.c: asks a service with a short budget. False: it gave no answer. */
bool complete_ask(const struct unfinished *u, const char *name, const void *request, void *answer);

/* complete_sound.c: arguments of the commands for sound. */
void complete_channels(const struct unfinished *u);
void complete_pad_keys(const struct unfinished *u);
void complete_devices(const struct unfinished *u);
void complete_ports(const struct unfinished *u);
void complete_inserted(const struct unfinished *u);
void complete_voices(const struct unfinished *u);
void complete_kits(const struct unfinished *u);
void complete_presets(const struct unfinished *u);

/* The commands complete and, of completion.c, completion. */
enum err complete_run(struct cli *cli, struct fault *fault);
enum err completion_print(struct cli *cli, struct fault *fault);

#endif
