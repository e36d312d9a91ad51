/* ogg.h: Ogg files (RFC 3533): joins pages to the packets of the first stream and of the streams chained after it. One
 * thread. */
#ifndef LOOPHOLE_WORKER_OGG_H
#define LOOPHOLE_WORKER_OGG_H

#include "services/worker/decode/input.h"
#include "services/worker/tags/labels.h"
#include "services/worker/tags/payload.h"

enum { OGG_PAGE_MAX = 27 + 255 + 255 * 255 };

enum ogg_codec { OGG_UNKNOWN, OGG_VORBIS, OGG_OPUS, OGG_FLAC, OGG_SPEEX, OGG_VIDEO };

struct ogg {
    struct input *input;
    int64_t next;    /* offset of the next page */
    int64_t end;     /* nothing after this offset is read */
    uint32_t serial; /* of the current stream */
    bool under_way;
    enum ogg_codec codec;
    uint32_t headers; /* packets before the sound */
    uint64_t packet;  /* number of the current packet in its stream */
    unsigned segment; /* the next segment of the page */
    size_t at;        /* offset of its data in the page */
    size_t len;       /* bytes of the page that are present */
    uint8_t page[OGG_PAGE_MAX];
};

/* A piece of a packet. It points into the struct ogg until the next call. */
struct ogg_piece {
    const uint8_t *at;
    size_t len;
    bool ends;   /* the packet */
    bool header; /* the packet contains no sound */
    uint64_t packet;
};

/* False: not an Ogg file. */
bool ogg_open(struct ogg *ogg, struct input *input);
bool ogg_next(struct ogg *ogg, struct ogg_piece *piece); /* false at the end */

/* Reads the first packet; `at` and `size` stay 0. False: the codec is unknown. */
bool ogg_payload(struct ogg *ogg, struct payload *payload);

/* Adds the facts of the first stream. */
void ogg_facts(struct input *input, struct labels *labels);

#endif
