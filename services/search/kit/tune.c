#include "services/search/kit/tune.h"

#include <math.h>
#include <stdlib.h>

#include "common/musical_key.h"

enum { TONES = 12, NOTE_OF_A = 69, FARTHEST = 3 /* semitones: farther, a voice or a loop sounds like another one */ };
static const double sure = 0.5, hertz_of_a = 440;
static const char *const names[TONES] = { "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B" };

/* NULL: none that is sure. */
static const struct fact *find_sure(const struct fact_list *facts, const char *attribute)
{
    for (uint32_t i = 0; i < facts->count; i++)
        if (text_is(facts->at[i].attribute, attribute) && facts->at[i].confidence >= sure)
            return &facts->at[i];
    return NULL;
}

/* The tones of a minor key are those of the major key with the same notes. */
static bool is_in_scale(int key, int tone)
{
    static const bool major[TONES] = { true, false, true, false, true, true, false, true, false, true, false, true };

    return major[(tone + TONES - musical_key_notes(key)) % TONES];
}

/* Both neighbours of a tone that is not in the scale are in it. */
static int nearest_tone(int key, double note)
{
    const int nearest = (int)lround(note);

    if (is_in_scale(key, nearest % TONES))
        return nearest;
    return note > nearest ? nearest + 1 : nearest - 1;
}

static void tune_pitch(struct arena *arena, int key, double hertz, struct kit_pick *to)
{
    const double note = NOTE_OF_A + TONES * log2(hertz / hertz_of_a);
    int tone;

    if (!(note >= 1 && note <= 126))
        return;
    tone = nearest_tone(key, note);
    to->has_pitch = true;
    to->pitch = tone - note;
    to->why = arena_printf(arena, "%.*s; tuned by %+.2f semitones to %s%d, of %s", TEXT_ARG(to->why), to->pitch,
                           names[tone % TONES], tone / TONES - 1, musical_key_name(key));
}

static void tune_key(struct arena *arena, int key, int from, struct kit_pick *to)
{
    const int shift = (musical_key_notes(key) - musical_key_notes(from) + TONES + TONES / 2) % TONES - TONES / 2;

    if (abs(shift) > FARTHEST) {
        to->why = arena_printf(arena, "%.*s; not tuned: %s is too far from %s", TEXT_ARG(to->why),
                               musical_key_name(from), musical_key_name(key));
        return;
    }
    to->has_pitch = true;
    to->pitch = shift;
    to->why = shift ? arena_printf(arena, "%.*s; tuned by %+d semitones from %s to the notes of %s", TEXT_ARG(to->why),
                                   shift, musical_key_name(from), musical_key_name(key))
                    : arena_printf(arena, "%.*s; %s has the notes of %s", TEXT_ARG(to->why), musical_key_name(from),
                                   musical_key_name(key));
}

void kit_tune(struct arena *arena, int key, const struct fact_list *facts, struct kit_pick *to)
{
    const struct fact *pitch = find_sure(facts, "pitch_hz"), *in_key = find_sure(facts, "key");
    int from;

    if (pitch && pitch->has_number && pitch->number > 0)
        tune_pitch(arena, key, pitch->number, to);
    else if (in_key && in_key->has_text && musical_key_read(in_key->text, &from))
        tune_key(arena, key, from, to);
}
