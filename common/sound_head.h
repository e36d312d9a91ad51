/* sound_head.h: formats of sounds that the first bytes of a file show. Any thread. */
#ifndef LOOPHOLE_COMMON_SOUND_HEAD_H
#define LOOPHOLE_COMMON_SOUND_HEAD_H

#include <stdbool.h>

enum { SOUND_HEAD = 12 }; /* bytes */

enum sound_head { SOUND_HEAD_NONE, SOUND_HEAD_AUDIO, SOUND_HEAD_MIDI };

enum sound_head sound_head_of(const char head[SOUND_HEAD]);

/* True for a file that begins as a sound, a MIDI file or a video does. Reads its beginning. */
bool sound_head_is_known(int fd);

#endif
