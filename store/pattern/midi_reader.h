/* midi_reader.h: the one reader of Standard MIDI Files, also inside RIFF (RMID) and MacBinary. It reads damaged files
 * as players do, and counts what it repaired. The caller gives the source of the bytes. No allocation. One thread. */
#ifndef LOOPHOLE_STORE_MIDI_READER_H
#define LOOPHOLE_STORE_MIDI_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MIDI_NOTE_OFF = 0x80, MIDI_NOTE_ON = 0x90, MIDI_CONTROL = 0xb0, MIDI_META = 0xff };
enum {
    MIDI_META_TEXT = 1,
    MIDI_META_COPYRIGHT = 2,
    MIDI_META_NAME = 3,
    MIDI_META_END = 0x2f,
    MIDI_META_TEMPO = 0x51,
    MIDI_META_SIGNATURE = 0x58,
    MIDI_META_KEY = 0x59
};
enum { MIDI_WINDOW = 8192, MIDI_SMPTE = 0x8000 /* bit of a division */ };

/* What is wrong with a file. */
enum midi_repair {
    MIDI_REPAIR_STATUS,  /* running status continues after a meta event or a message of the system */
    MIDI_REPAIR_VALUE,   /* of a channel's message, over 127: read as 127 */
    MIDI_REPAIR_MESSAGE, /* between devices, such as the clock: left out */
    MIDI_REPAIR_META,    /* an event of a wrong length: left out */
    MIDI_REPAIR_END,     /* a track without an event for its end */
    MIDI_REPAIR_REST,    /* bytes that belong to no track: left out */
    MIDI_REPAIR_LENGTH,  /* of a chunk, wrong: found by what follows */
    MIDI_REPAIR_CHUNK,   /* of another program: left out */
    MIDI_REPAIR_CUT,     /* the file ends within a track */
    MIDI_REPAIR_DAMAGE,  /* the rest of a track cannot be read */
    MIDI_REPAIR_MISSING, /* a track that the head promises */
    MIDI_REPAIR_MORE,    /* a track that the head does not count */
    MIDI_REPAIRS
};

/* Reads up to `len` bytes from `at` and returns their number, 0 outside the source. */
typedef size_t midi_read(void *from, int64_t at, void *to, size_t len);

struct midi_message {
    uint64_t tick;
    uint8_t status;  /* of a channel's message, or MIDI_META */
    uint8_t data[2]; /* 0 … 127; data[0] of a meta event is its type */
    int64_t at;      /* of the bytes of a meta event in the source */
    uint32_t len;    /* 3, 4 and 2 for a tempo, a time signature and a key */
};

struct midi_reader {
    unsigned type, division, promised; /* of the head; `promised` tracks */
    unsigned tracks;                   /* read so far */
    uint32_t repairs[MIDI_REPAIRS];

    /* internal */
    midi_read *read;
    void *from;
    int64_t next, end;     /* of the chunks */
    int64_t at, track_end; /* of the current track */
    bool is_in_track, is_cut, is_stale;
    uint8_t running; /* status that holds for following messages; 0: none */
    uint64_t tick;
    int64_t window_at;
    size_t window_len;
    uint8_t window[MIDI_WINDOW];
};

/* `from` has `size` bytes, and stays the caller's until the last call. False: it has no head of a MIDI file. */
bool midi_reader_open(struct midi_reader *reader, midi_read *read, void *from, int64_t size);

/* Goes to the next track. False: there is none; all repairs are counted. */
bool midi_reader_track(struct midi_reader *reader);

/* The next channel's message or meta event of the track. False: the track ends here. */
bool midi_reader_next(struct midi_reader *reader, struct midi_message *message);

/* Static words for a repair. */
const char *midi_repair_words(enum midi_repair repair);

#endif
