/* setting.h: the one table of all settings of loophole.conf. The functions of config.h, `loophole config` and
 * docs/settings.md use it, so a setting that is not a row of it does not exist. To add one, add a row, and read it by
 * its key. Any thread. */
#ifndef LOOPHOLE_COMMON_SETTING_H
#define LOOPHOLE_COMMON_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/text.h"

enum setting_kind { SETTING_WHOLE, SETTING_REAL, SETTING_SWITCH, SETTING_WORD, SETTING_TEXT, SETTING_PATH };

struct setting {
    const char *key; /* "section.name" */
    enum setting_kind kind;
    const char *usual;               /* the default, as in the file; "": none, or it depends on the machine */
    double least, most;              /* the range of a number; `most` bytes of a text or a path */
    const char *words;               /* the possible values of SETTING_WORD, with spaces between them */
    bool (*fits)(const char *value); /* a further condition, or NULL */
    const char *form;                /* what `fits` expects: "a power of two from 16 to 8192" */
    const char *needs;               /* keys that must be set if this one is, with spaces between them; or NULL */
    bool is_secret;                  /* lists and errors do not show the value */
    const char *program;             /* the service that reads it at its start; "engine": several do; "": none */
    const char *about; /* for docs/settings.md: what it sets, the unit, and the default if `usual` is "" */
};
extern const struct setting setting_table[];
extern const uint32_t setting_count;

enum { SETTING_WANTED = 128 };

const struct setting *setting_named(struct text key); /* NULL: unknown */

/* The same for the key of a getter: an unknown one ends the process, because it is a mistake in the program. */
const struct setting *setting_known(const char *key);

/* Returns false if the value fits; otherwise writes what is expected instead. A text or path without a default may be
 * empty, which means that it is not set. */
bool setting_refuses(const struct setting *setting, const char *value, char wanted[SETTING_WANTED]);

/* Reports that there is no setting `key` (bad_request), with the most similar one as the hint. `place` comes before the
 * sentence: "FILE:LINE: ". */
enum err setting_unknown(struct text key, const char *place, struct fault *fault);

/* The meaning of yes no true false on off 1 0 in any case: 1 or 0; -1 for other words. */
int setting_switch(const char *value);

#endif
