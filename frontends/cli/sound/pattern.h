/* pattern.h: plays the pattern of a file; converts MIDI files. */
#ifndef LOOPHOLE_FRONTENDS_CLI_PATTERN_H
#define LOOPHOLE_FRONTENDS_CLI_PATTERN_H

#include "frontends/cli/base/cli.h"

struct silent_sound;
struct silent_sound_list;

void cli_warn_of_silent(const struct silent_sound *silent, const char *what); /* of a row or a pad, on standard error */
void cli_warn_of_rows(const struct silent_sound_list *silent);                /* their indexes count from 0 */

#endif
