/* report.h: answers: transport, meters, mixer. */
#ifndef LOOPHOLE_AUDIO_REPORT_H
#define LOOPHOLE_AUDIO_REPORT_H

#include "services/audio/control/audio.h"

/* The clocks at the start of that period; false: no recent period. */
bool audio_moment(const struct audio *audio, const struct state *state, struct moment *moment);

/* With the pattern, tempo and swing of the published score, which the core takes in its next period. */
struct transport_state audio_next_transport(const struct audio *audio, const struct state *state);

void audio_report_changed(struct audio *audio, const struct transport_state *now); /* publishes the event changed */
void audio_report_status(void *audio, struct arena *arena, struct service_status *to);
enum err audio_ask_transport(struct audio *audio, struct call *call, const struct audio_transport *ask,
                             struct transport_state *answer);
enum err audio_ask_mixer(struct audio *audio, struct call *call, const struct audio_mixer *ask, struct mixer *answer);
double audio_clock_offset(const struct audio *audio); /* s, of the MIDI clock */

/* Fills `to` with all meters and the peaks after `since` (NULL: of the last period). Returns the limiter's reduction in
 * dB. */
double audio_meters(const struct audio *audio, const struct state *state, const int64_t *since,
                    struct meter to[AUDIO_METERS]);
double audio_lufs(double loudness); /* LUFS, limited to -100..100 */
enum err audio_ask_meters(struct audio *audio, struct call *call, const struct audio_meters *ask,
                          struct meters *answer);

#endif
