#include "services/worker/tags/tags.h"

#include <string.h>

#include "services/worker/tags/aiff.h"
#include "services/worker/tags/flac.h"
#include "services/worker/tags/id3.h"
#include "services/worker/tags/midi.h"
#include "services/worker/tags/ogg.h"
#include "services/worker/tags/wave.h"

enum { OLD_ID3_SIZE = 128 };

static void mpeg_facts(struct input *input, struct labels *labels)
{
    id3_facts(input, 0, input->size, labels);
    id3_old_facts(input, input->size - OLD_ID3_SIZE, labels);
}

static void (*const readers[CONTAINER_COUNT])(struct input *, struct labels *) = {
    [CONTAINER_WAV] = wave_facts, [CONTAINER_AIFF] = aiff_facts, [CONTAINER_FLAC] = flac_facts,
    [CONTAINER_OGG] = ogg_facts,  [CONTAINER_MP3] = mpeg_facts,  [CONTAINER_MIDI] = midi_facts,
};

void tags_read(struct input *input, enum container container, struct labels *labels)
{
    struct input whole = { .fd = input->fd, .size = input->base + input->size };

    if (readers[container])
        readers[container](input, labels);
    if (input->base > 0) /* a tag before the head */
        id3_facts(&whole, 0, input->base, labels);
    if (input->guess)
        labels_words(labels, "unclosed", (const uint8_t *)input->guess, strlen(input->guess), CHARSET_UTF8);
}
