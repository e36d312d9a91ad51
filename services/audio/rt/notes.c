#include "services/audio/rt/notes.h"

#include <string.h>

#include "services/audio/rt/instance.h"

static void lose_note(struct engine *engine, uint32_t consumer, const struct note *note)
{
    engine->half->notes.lost++;
    engine->half->notes.lost_hits[consumer] += note->kind == NOTE_PAD_HIT && note->key == 0;
}

void notes_send(struct engine *engine, uint32_t consumer, struct note note)
{
    struct notes_kept *kept;

    if (consumer >= CUES_RINGS)
        return;
    kept = &engine->kept[consumer];
    if (kept->count >= NOTES_PERIOD) {
        lose_note(engine, consumer, &note);
        return;
    }
    note.frame = engine->now;
    note.lost = engine->half->notes.lost_hits[consumer];
    kept->note[kept->count++] = note;
}

void notes_tell_pad(struct engine *engine, uint32_t kind, uint32_t pad, float velocity, uint32_t key)
{
    const struct transport *transport = &engine->half->transport;

    notes_send(engine, CUES_STREAMER,
               (struct note){ .kind = kind,
                              .index = transport_note_place(transport, engine->now),
                              .voice = pad,
                              .value = velocity,
                              .key = (uint8_t)key,
                              .step = (float)transport->step_frames,
                              .rolls = transport->rolls });
}

/* A dense pattern fills the ring within a second without the control. The notes of what plays keep half of it. */
static bool has_room_for_hit(const struct engine *engine)
{
    const struct ring *ring = &engine->notes[CUES_CONTROL];
    const uint32_t kept = engine->kept[CUES_CONTROL].count;

    return kept < NOTES_PERIOD / 2 && ring_space(ring) > NOTES_CELLS / 2 + kept;
}

void notes_send_hit(struct engine *engine, uint32_t pad, uint32_t row, uint32_t sound, uint32_t generation,
                    float velocity)
{
    if (!has_room_for_hit(engine))
        return;
    notes_send(engine, CUES_CONTROL,
               (struct note){ .kind = NOTE_HIT,
                              .voice = pad,
                              .index = row,
                              .sound = sound,
                              .generation = generation,
                              .value = velocity });
}

void notes_send_all(struct engine *engine, struct note note)
{
    for (uint32_t consumer = 0; consumer < CUES_RINGS; consumer++)
        notes_send(engine, consumer, note);
}

void notes_begin(struct engine *engine)
{
    for (uint32_t consumer = 0; consumer < CUES_RINGS; consumer++) {
        engine->kept[consumer].count = 0;
        engine->half->notes.from[consumer] = ring_written(&engine->notes[consumer]);
        engine->half->notes.count[consumer] = 0;
    }
}

void notes_stage(struct engine *engine, struct core_stage *stage)
{
    struct notes *notes = &engine->half->notes;

    for (uint32_t consumer = 0; consumer < CUES_RINGS; consumer++) {
        const struct notes_kept *kept = &engine->kept[consumer];
        uint64_t from = notes->from[consumer], most = engine->notes_most[consumer];
        uint32_t room = core_room(&engine->notes[consumer], from, most);
        notes->count[consumer] = core_least(kept->count, room);
        for (uint32_t i = notes->count[consumer]; i < kept->count; i++)
            lose_note(engine, consumer, &kept->note[i]);
        memcpy(stage->notes[consumer], kept->note, notes->count[consumer] * sizeof(struct note));
    }
}

void notes_copy_in(struct engine *engine, const struct core_stage *stage)
{
    struct notes *notes = &engine->half->notes;

    for (uint32_t consumer = 0; consumer < CUES_RINGS; consumer++) {
        notes->count[consumer] = core_least(notes->count[consumer], NOTES_PERIOD);
        memcpy(engine->kept[consumer].note, stage->notes[consumer], notes->count[consumer] * sizeof(struct note));
    }
}

void notes_show(struct engine *engine)
{
    const struct notes *notes = &engine->half->notes;

    for (uint32_t consumer = 0; consumer < CUES_RINGS; consumer++)
        (void)ring_append(&engine->notes[consumer], notes->from[consumer], engine->kept[consumer].note,
                          notes->count[consumer]);
}
