/* Turns of loops whose length is no whole number of frames: they never leave the tempo. */

#include "services/streamer/play/voice_turns.h"
#include "tests/unit/claim.h"

CLAIM(after_an_hour_at_an_odd_tempo_a_turn_begins_on_the_frame_of_its_beat)
{
    static const double rates[] = { 44100, 48000, 96000 }, tempos[] = { 124, 130, 97.3, 173.7 };
    for (size_t r = 0; r < sizeof(rates) / sizeof(*rates); r++)
        for (size_t t = 0; t < sizeof(tempos) / sizeof(*tempos); t++) {
            const double length = 4 * 60 / tempos[t] * rates[r];
            const uint64_t turns = (uint64_t)(3600 * rates[r] / length);
            int64_t frames = 0;
            for (uint64_t turn = 0; turn < turns; turn++)
                frames += voice_turns_begin(length, turn + 1) - voice_turns_begin(length, turn);
            /* turns × 4 beats of 60 s / tempo, in whole numbers of a tenth of a bpm */
            const int64_t tenths = (int64_t)(tempos[t] * 10 + 0.5), whole = (int64_t)turns * 2400 * (int64_t)rates[r];
            assert_int_equal(frames, (2 * whole + tenths) / (2 * tenths));
        }
}

CLAIM(each_frame_belongs_to_the_turn_that_has_begun)
{
    static const double lengths[] = { 256, 256.5, 300.0001, 85354.8387, 1000000.999 };
    for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++)
        for (uint64_t turn = 0; turn < 3000; turn++) {
            const int64_t begin = voice_turns_begin(lengths[i], turn);
            assert_int_equal(voice_turns_at(lengths[i], begin), turn);
            assert_int_equal(voice_turns_at(lengths[i], voice_turns_begin(lengths[i], turn + 1) - 1), turn);
        }
    assert_int_equal(voice_turns_at(300, -5), 0);
}
