/* ogg.h: Ogg files (RFC 3533): the packets of the first stream and of those chained after it, whatever the pages
 * they came on. One thread. */
#ifndef LOOPHOLE_WORKER_OGG_H
#define LOOPHOLE_WORKER_OGG_H

#include "services/worker/decode/input.h"
#include "services/worker/tags/labels.h"
#include "services/worker/tags/payload.h"

enum { OGG_PAGE_MAX = 27 + 255 + 255 * 255 };

enum ogg_codec { OGG_UNKNOWN, OGG_VORBIS, OGG_OPUS, OGG_FLAC, OGG_SPEEX, OGG_VIDEO };

struct ogg {
    struct input *input;
    int64_t next;    /* the next page */
    int64_t end;     /* nothing after it is looked at */
    uint32_t serial; /* of the stream under way */
    bool under_way;
    enum ogg_codec codec;
    uint32_t headers; /* packets that are not sound */
    uint64_t packet;  /* number of the one under way, in its stream */
    unsigned segment; /* of the page, next to be looked at */
    size_t at;        /* of that segment's data in the page */
    size_t len;       /* bytes of the page that are there */
    uint8_t page[OGG_PAGE_MAX];
};

/* A piece of a packet, inside of the struct ogg until the next call. */
struct ogg_piece {
    const uint8_t *at;
    size_t len;
    bool ends;   /* the packet */
    bool header; /* the packet is no sound */
    uint64_t packet;
};

/* False: not an Ogg file. */
bool ogg_open(struct ogg *ogg, struct input *input);
bool ogg_next(struct ogg *ogg, struct ogg_piece *piece); /* false at the end */

/* What the first packet says; false: not a stream that is known. `at` and `size` stay 0. */
bool ogg_payload(struct ogg *ogg, struct payload *payload);

void ogg_facts(struct input *input, struct labels *labels);

#endif
