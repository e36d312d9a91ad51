/* wav_mark.c: why a take was cut, in the form of its chunk: code, sentence, and two numbers. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/little.h"
#include "services/streamer/record/wav.h"

/* The machine was off, or started again, since then. */
static bool is_before_boot(usec_t when)
{
    struct timespec up;

    return clock_gettime(CLOCK_BOOTTIME, &up) == 0 && when < clock_now() - clock_usec(up);
}

static const char *why_it_stopped(usec_t began, bool has_engine_stopped)
{
    if (is_before_boot(began))
        return "the machine stopped while it was recorded";
    return has_engine_stopped ? "the engine stopped while it was recorded"
                              : "the audio core stopped while it was recorded";
}

void wav_mark_note(struct wav *wav, const struct fault *fault, bool has_engine_stopped)
{
    const char *why = fault->code ? fault->what : why_it_stopped(wav->take.began, has_engine_stopped);
    struct wav_cut *cut = &wav->cut;

    *cut = (struct wav_cut){ .is_cut = true, .wanted = wav->take.most };
    (void)snprintf(cut->code, sizeof(cut->code), "%s", err_name(fault->code ? fault->code : ERR_OFFLINE));
    (void)snprintf(cut->why, sizeof(cut->why), "%.*s", (int)sizeof(cut->why) - 1, why);
}

void wav_mark_write(const struct wav_cut *cut, uint8_t to[WAV_CUT_SIZE])
{
    memcpy(to, cut->code, sizeof(cut->code));
    memcpy(to + sizeof(cut->code), cut->why, sizeof(cut->why));
    (void)little_put(little_put(to + sizeof(cut->code) + sizeof(cut->why), cut->at, 8), cut->wanted, 8);
}

static uint64_t read_u64(const uint8_t *at)
{
    return little_u32(at) | (uint64_t)little_u32(at + 4) << 32;
}

/* The texts of a damaged file end too. */
void wav_mark_read(struct wav_cut *cut, const uint8_t from[WAV_CUT_SIZE])
{
    const uint8_t *numbers = from + sizeof(cut->code) + sizeof(cut->why);

    *cut = (struct wav_cut){ .is_cut = true, .at = read_u64(numbers), .wanted = read_u64(numbers + 8) };
    memcpy(cut->code, from, sizeof(cut->code) - 1);
    memcpy(cut->why, from + sizeof(cut->code), sizeof(cut->why) - 1);
}
