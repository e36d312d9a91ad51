#include "services/audio/control/change.h"

enum {
    REPORT_US = 100000,
    REPORT_AWAITED_US = 10000,
    REPORT_AGAIN_US = 200000,
    REPORT_LACK_US = 500000,
    LACK_US = 30000000
};

/* True if a predecessor set the pattern that plays: the project may have it. The event is repeated, because at a start
 * no service may be subscribed. */
static bool lacks_pattern(struct audio *audio, usec_t now)
{
    if (audio->lacks_pattern_until == 0)
        audio->lacks_pattern_until = now + LACK_US;
    return audio->pattern_asked.len == 0 && audio->score.now.serial > 0 && now < audio->lacks_pattern_until;
}

void change_report(struct audio *audio)
{
    const bool awaited = audio->held.count > 0;
    struct audio_sounding_changed event = { .serial = audio->score.serial, .has_awaited = awaited, .awaited = awaited };
    const usec_t now = clock_steady(), ago = now - audio->sounding_reported_at;
    const usec_t pause = !awaited ? REPORT_US : audio->sounding_is_open ? REPORT_AWAITED_US : 0;
    const bool again = (awaited && ago >= REPORT_AGAIN_US) || (lacks_pattern(audio, now) && ago >= REPORT_LACK_US);

    if (audio->sounding_reported == audio->changed ? !again : ago < pause)
        return;
    audio->sounding_is_open = true;
    audio->sounding_reported = audio->changed;
    audio->sounding_reported_at = now;
    service_publish(audio->service, "sounding_changed", &event);
}

enum err change_end(struct audio *audio, struct call *call, enum err e, void *answer)
{
    e = held_end(&audio->held, call, audio->score.serial, e, answer);
    if (audio->held.count)
        change_report(audio);
    return e;
}

void change_send(struct audio *audio, struct call *call, struct ticket ticket, void *answer)
{
    held_send(&audio->held, call, ticket, audio->score.serial, answer);
    if (audio->held.count)
        change_report(audio);
}
