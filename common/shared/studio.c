#include "common/shared/studio.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/shared/guard.h"
#include "common/shared/shm.h"

enum {
    SCORE,
    STATE,
    CUES,
    NOTES = CUES + CUES_RINGS,
    STREAM = NOTES + CUES_RINGS,
    CAPTURE = STREAM + STREAMS,
    SAMPLES = CAPTURE + CAPTURES,
    SURVIVAL,
    STREAMER,
    OBJECTS
};

enum { FRAME_BYTES = 2 * sizeof(float) };

struct studio {
    struct shm objects[OBJECTS];
    uint32_t scale[OBJECTS]; /* for rings: length as a multiple of the length at 48 kHz */
    char names[OBJECTS][SHM_NAME_SIZE];
};

/* The type of an object. A family of rings is numbered: "stream.7". */
struct object_kind {
    const char *name;
    int first; /* index of its first object */
    bool is_ring;
    size_t ring_at; /* bytes before the ring */
    uint32_t cell, capacity;
    bool grows; /* with the sample rate */
    bool (*is_whole)(void *memory);
};

static bool score_is_whole(void *memory)
{
    struct snapshot score;

    return snapshot_open(&score, memory, sizeof(struct score));
}

static bool state_is_whole(void *memory)
{
    struct slots state;

    return slots_open(&state, memory, sizeof(struct state));
}

static bool sound_is_whole(const struct sound_entry *entry)
{
    const uint64_t room = SOUNDS_BYTES / sizeof(float), offset = entry->offset;
    uint32_t channels = entry->channels;

    return channels <= 2 && offset <= room && (uint64_t)entry->frames * channels <= room - offset;
}

/* True if every ready sound lies within the sample memory. The streamer may be running: a sound that was replaced or is
 * no longer ready does not count. */
static bool sounds_are_whole(void *memory)
{
    const struct sounds_memory *sounds = memory;

    for (uint32_t i = 0; i < SOUNDS; i++) {
        const struct sound_entry *entry = &sounds->entries[i];
        uint32_t generation = entry->generation;
        if (entry->state > SOUND_LEAVING)
            return false;
        if (entry->state == SOUND_READY && !sound_is_whole(entry) && entry->state == SOUND_READY &&
            entry->generation == generation)
            return false;
    }
    return true;
}

/* Only the engine and the streamer know their survival states, and check them. */
static bool accept_any(void *memory)
{
    (void)memory;
    return true;
}

static const struct object_kind kinds[] = {
    { "score", SCORE, .is_whole = score_is_whole },
    { "state", STATE, .is_whole = state_is_whole },
    { "cues", CUES, true, 0, sizeof(struct cue), CUES_CELLS, false, NULL },
    { "notes", NOTES, true, 0, sizeof(struct note), NOTES_CELLS, false, NULL },
    { "stream", STREAM, true, offsetof(struct stream_memory, ring), FRAME_BYTES, STREAM_FRAMES, true, NULL },
    { "capture", CAPTURE, true, offsetof(struct capture_memory, ring), FRAME_BYTES, CAPTURE_FRAMES, true, NULL },
    { "sounds", SAMPLES, .is_whole = sounds_are_whole },
    { "engine", SURVIVAL, .is_whole = accept_any },
    { "streamer", STREAMER, .is_whole = accept_any },
};

static const struct object_kind *kind_of(int object)
{
    const struct object_kind *kind = &kinds[sizeof(kinds) / sizeof(*kinds) - 1];

    while (kind->first > object)
        kind--;
    return kind;
}

static size_t object_size(int object, uint32_t scale)
{
    const struct object_kind *kind = kind_of(object);

    if (kind->is_ring)
        return kind->ring_at + ring_size(kind->cell, kind->capacity * (kind->grows ? scale : 1));
    switch (object) {
    case SCORE:
        return snapshot_size(sizeof(struct score));
    case STATE:
        return slots_size(sizeof(struct state));
    case SAMPLES:
        return sizeof(struct sounds_memory);
    case STREAMER:
        return STUDIO_STREAMER_BYTES;
    default:
        return STUDIO_ENGINE_BYTES;
    }
}

static const char *own_name(int object, char to[STUDIO_NAME_SIZE])
{
    const struct object_kind *kind = kind_of(object);

    (void)snprintf(to, STUDIO_NAME_SIZE, kind->is_ring ? "%s.%d" : "%s", kind->name, object - kind->first);
    return to;
}

static const char *object_name(const struct paths *paths, int object, char to[SHM_NAME_SIZE])
{
    char own[STUDIO_NAME_SIZE];

    return shm_name(paths, own_name(object, own), to);
}

static bool open_ring(const struct object_kind *kind, void *memory, uint32_t scale, struct ring *ring)
{
    return ring_open(ring, (uint8_t *)memory + kind->ring_at, kind->cell, kind->capacity * (kind->grows ? scale : 1));
}

static bool is_object_whole(int object, void *memory, uint32_t scale)
{
    const struct object_kind *kind = kind_of(object);
    struct ring ring;

    return kind->is_ring ? open_ring(kind, memory, scale, &ring) : kind->is_whole(memory);
}

/* Accepts any size from `scale` up. */
static enum err attach_object(const char *name, int object, uint32_t *scale, struct shm *shm, struct fault *fault)
{
    uint32_t most = kind_of(object)->grows ? STUDIO_RATE_SCALES : *scale;
    enum err e = shm_attach(name, STUDIO_VERSION, object_size(object, *scale), shm, fault);

    while (e == ERR_VERSION && *scale < most) {
        *scale *= 2;
        e = shm_attach(name, STUDIO_VERSION, object_size(object, *scale), shm, fault);
    }
    return e;
}

/* New memory is zeroed; only objects with other initial values are filled. */
static void fill_object(int object, void *memory, uint32_t scale)
{
    const struct object_kind *kind = kind_of(object);

    if (kind->is_ring)
        ring_make((uint8_t *)memory + kind->ring_at, kind->cell, kind->capacity * (kind->grows ? scale : 1));
    else if (object == SCORE)
        snapshot_make(memory, sizeof(struct score));
    else if (object == STATE)
        slots_make(memory, sizeof(struct state));
}

/* ---- the supervisor ---- */

/* Counts whole pages, as the kernel allocates them. */
static size_t mebibytes_of_all(uint32_t scale)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t pages = 0;

    for (int i = 0; i < OBJECTS; i++)
        pages += (sizeof(struct shm_header) + object_size(i, scale) + page - 1) / page;
    return (pages * page >> 20) + 1;
}

static enum err make_new(const char *name, int object, uint32_t scale, struct fault *fault)
{
    struct shm shm;
    enum err e = shm_remove(name);

    if (e != ERR_OK)
        return fault_set(fault, e, "cannot remove shared memory %s", name);
    if ((e = shm_make(name, STUDIO_VERSION, object_size(object, scale), &shm, fault)) != ERR_OK) {
        if (e == ERR_FULL && fault)
            fault_hint(fault, "sound needs %zu MiB in /dev/shm: make room or enlarge it (mount -o remount,size=…)",
                       mebibytes_of_all(scale));
        return e;
    }
    fill_object(object, shm.at, scale);
    shm_detach(&shm);
    return ERR_OK;
}

static enum err make_one(const struct paths *paths, int object, char made[STUDIO_NAME_SIZE], struct fault *fault)
{
    struct shm shm;
    char name[SHM_NAME_SIZE];
    uint32_t wanted = studio_rate_scale(studio_rate_noted(paths)), scale = wanted;
    enum err e = attach_object(object_name(paths, object, name), object, &scale, &shm, fault);
    bool kept = e == ERR_OK && is_object_whole(object, shm.at, scale);

    shm_detach(&shm);
    if (kept || (e != ERR_OK && e != ERR_OFFLINE && e != ERR_VERSION))
        return e;
    own_name(object, made);
    return make_new(name, object, wanted, fault);
}

enum err studio_repair(const struct paths *paths, char made[STUDIO_NAME_SIZE], struct fault *fault)
{
    made[0] = '\0';
    for (int i = 0; i < OBJECTS; i++) {
        enum err e = make_one(paths, i, made, fault);
        if (e != ERR_OK)
            return e;
    }
    return ERR_OK;
}

enum err studio_make(const struct paths *paths, struct fault *fault)
{
    char made[STUDIO_NAME_SIZE];

    return studio_repair(paths, made, fault);
}

enum err studio_remove(const struct paths *paths)
{
    enum err first = ERR_OK;
    char name[SHM_NAME_SIZE];

    for (int i = 0; i < OBJECTS; i++) {
        enum err e = shm_remove(object_name(paths, i, name));
        if (first == ERR_OK)
            first = e;
    }
    return first;
}

/* ---- any process ---- */

static uint8_t *start_of(const struct shm *shm)
{
    return (uint8_t *)shm->at - sizeof(struct shm_header);
}

/* Allocates every page before the audio thread needs it. A kernel without this advice allocates them at the first
 * access. */
static enum err touch_pages(const struct shm *shm, const char *name, struct fault *fault)
{
    if (madvise(start_of(shm), sizeof(struct shm_header) + shm->size, MADV_POPULATE_WRITE) != 0 && errno != EINVAL)
        return fault_errno(fault, ERR_IO, errno, "shared memory %s cannot be touched", name);
    return ERR_OK;
}

static enum err open_one(const struct paths *paths, int object, struct studio *studio, struct fault *fault)
{
    struct shm *shm = &studio->objects[object];
    const char *name = object_name(paths, object, studio->names[object]);
    uint32_t *scale = &studio->scale[object];
    enum err e;

    *scale = 1;
    e = attach_object(name, object, scale, shm, fault);
    if (e != ERR_OK)
        return e;
    guard_add(start_of(shm), sizeof(struct shm_header) + shm->size);
    e = touch_pages(shm, name, fault);
    if (e == ERR_OK && !is_object_whole(object, shm->at, *scale))
        e = fault_set(fault, ERR_VERSION, "shared memory %s is damaged", name);
    return e;
}

typedef enum err open_object(const struct paths *paths, int object, struct studio *studio, struct fault *fault);

static enum err open_all(const struct paths *paths, open_object *opens, struct studio **studio, struct fault *fault)
{
    struct studio *made = alloc_zeroed(1, sizeof(*made));
    enum err e = ERR_OK;

    *studio = NULL;
    for (int i = 0; i < OBJECTS && e == ERR_OK; i++)
        e = opens(paths, i, made, fault);
    if (e != ERR_OK) {
        studio_close(made);
        return e;
    }
    *studio = made;
    return ERR_OK;
}

enum err studio_open(const struct paths *paths, struct studio **studio, struct fault *fault)
{
    return open_all(paths, open_one, studio, fault);
}

/* ---- off line ---- */

static enum err copy_score(const struct paths *paths, struct studio *studio, struct fault *fault)
{
    struct snapshot from, to = studio_score(studio);
    char name[SHM_NAME_SIZE];
    struct shm shm;
    enum err e = shm_attach_copy(object_name(paths, SCORE, name), STUDIO_VERSION, object_size(SCORE, 1), &shm, fault);

    if (e != ERR_OK)
        return e;
    if (!snapshot_open(&from, shm.at, sizeof(struct score)))
        e = fault_set(fault, ERR_VERSION, "shared memory %s is damaged", name);
    else if (!snapshot_copy(&from, snapshot_draft(&to)))
        e = fault_set(fault, ERR_BUSY, "the score changes all the time");
    else
        snapshot_publish(&to);
    shm_detach(&shm);
    return e;
}

static enum err open_offline(const struct paths *paths, int object, struct studio *studio, struct fault *fault)
{
    struct shm *shm = &studio->objects[object];
    const char *name = object_name(paths, object, studio->names[object]);
    enum err e;

    studio->scale[object] = 1;
    if (object == SAMPLES) {
        e = shm_attach_copy(name, STUDIO_VERSION, object_size(object, 1), shm, fault);
        if (e == ERR_OK && !is_object_whole(object, shm->at, 1))
            e = fault_set(fault, ERR_VERSION, "shared memory %s is damaged", name);
        return e;
    }
    e = shm_make_own(STUDIO_VERSION, object_size(object, 1), shm, fault);
    if (e == ERR_OK)
        fill_object(object, shm->at, 1);
    return e;
}

enum err studio_open_offline(const struct paths *paths, struct studio **studio, struct fault *fault)
{
    enum err e = open_all(paths, open_offline, studio, fault);

    if (e == ERR_OK)
        e = copy_score(paths, *studio, fault);
    if (e != ERR_OK) {
        studio_close(*studio);
        *studio = NULL;
    }
    return e;
}

void studio_close(struct studio *studio)
{
    if (!studio)
        return;
    for (int i = 0; i < OBJECTS; i++) {
        if (studio->objects[i].at)
            guard_drop(start_of(&studio->objects[i]));
        shm_detach(&studio->objects[i]);
    }
    free(studio);
}

/* Reads the last byte: if the object was truncated, guard.h notices the access. */
static void touch_end(const struct shm *shm)
{
    (void)*((const volatile uint8_t *)shm->at + shm->size - 1);
}

static bool is_damaged(const struct studio *studio, int object)
{
    const struct shm *shm = &studio->objects[object];

    touch_end(shm);
    return guard_lost(start_of(shm)) || !shm_whole(shm, STUDIO_VERSION) ||
           !is_object_whole(object, shm->at, studio->scale[object]);
}

enum err studio_check(const struct studio *studio, struct fault *fault)
{
    char name[STUDIO_NAME_SIZE];
    int removed = OBJECTS;

    for (int i = 0; i < OBJECTS; i++) {
        enum err e = shm_check(&studio->objects[i], studio->names[i]);
        if (e == ERR_VERSION || is_damaged(studio, i))
            return fault_set(fault, ERR_IO, "shared memory %s is damaged", own_name(i, name));
        if (e == ERR_OFFLINE && removed == OBJECTS)
            removed = i;
    }
    if (removed == OBJECTS)
        return ERR_OK;
    fault_set(fault, ERR_OFFLINE, "shared memory %s was removed: sound continues until `loophole restart audio`",
              own_name(removed, name));
    return ERR_OFFLINE;
}

bool studio_outgrown(const struct studio *studio, const struct paths *paths, uint32_t rate, struct fault *fault)
{
    uint32_t scale = studio_rate_scale(rate);

    return scale != studio_rate_scale(studio_rate_noted(paths)) && studio_rate_note(paths, rate, fault) == ERR_OK &&
           scale > studio->scale[CAPTURE];
}

/* ---- views ---- */

struct snapshot studio_score(const struct studio *studio)
{
    struct snapshot score;

    (void)snapshot_open(&score, studio->objects[SCORE].at, sizeof(struct score));
    return score;
}

struct slots studio_state(const struct studio *studio)
{
    struct slots state;

    (void)slots_open(&state, studio->objects[STATE].at, sizeof(struct state));
    return state;
}

/* An object may have been damaged since it was opened; a view of it is safe all the same. */
static struct ring ring_of(const struct studio *studio, int object)
{
    struct ring ring;

    (void)open_ring(kind_of(object), studio->objects[object].at, studio->scale[object], &ring);
    return ring;
}

struct ring studio_cues(const struct studio *studio, uint32_t producer)
{
    return ring_of(studio, CUES + (int)(producer % CUES_RINGS));
}

struct ring studio_notes(const struct studio *studio, uint32_t consumer)
{
    return ring_of(studio, NOTES + (int)(consumer % CUES_RINGS));
}

struct stream_memory *studio_stream(const struct studio *studio, uint32_t index, struct ring *ring)
{
    int object = STREAM + (int)(index % STREAMS);

    *ring = ring_of(studio, object);
    return studio->objects[object].at;
}

struct capture_memory *studio_capture(const struct studio *studio, uint32_t index, struct ring *ring)
{
    int object = CAPTURE + (int)(index % CAPTURES);

    *ring = ring_of(studio, object);
    return studio->objects[object].at;
}

struct sounds_memory *studio_sounds(const struct studio *studio)
{
    return studio->objects[SAMPLES].at;
}

void *studio_engine(const struct studio *studio)
{
    return studio->objects[SURVIVAL].at;
}

void *studio_streamer(const struct studio *studio)
{
    return studio->objects[STREAMER].at;
}
