/* complete_sound.h: the arguments of the commands for sound, as complete.c offers them. */
#ifndef LOOPHOLE_FRONTENDS_CLI_COMPLETE_SOUND_H
#define LOOPHOLE_FRONTENDS_CLI_COMPLETE_SOUND_H

#include "frontends/cli/complete_offer.h"

/* Arguments of the commands for sound. */
void complete_channels(const struct unfinished *u);
void complete_pad_keys(const struct unfinished *u);
void complete_devices(const struct unfinished *u);
void complete_ports(const struct unfinished *u);
void complete_inserted(const struct unfinished *u);
void complete_voices(const struct unfinished *u);
void complete_kits(const struct unfinished *u);
void complete_presets(const struct unfinished *u);

#endif
