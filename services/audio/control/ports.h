/* ports.h: the JACK server, connections, the preview's chain. */
#ifndef LOOPHOLE_AUDIO_PORTS_H
#define LOOPHOLE_AUDIO_PORTS_H

#include "services/audio/control/audio.h"

void audio_report_inserts(struct audio *audio, struct call *call, struct strip_insert_list *to);        /* fills `to` */
void audio_report_server(struct audio *audio, struct server_state *to, const struct link_facts *facts); /* fills `to` */

/* Publishes the event chain_changed or insert_changed. */
void audio_report_chain(struct audio *audio, uint32_t number, const struct patch_chain *chain);

enum err audio_ask_server(struct audio *audio, struct call *call, const struct audio_server *ask,
                          struct server_state *answer);
enum err audio_ask_foreign_ports(struct audio *audio, struct call *call, const struct audio_foreign_ports *ask,
                                 struct foreign_ports *answer);
enum err audio_ask_ports(struct audio *audio, struct call *call, const struct audio_ports *ask,
                         struct connections *answer);
enum err audio_ask_connect(struct audio *audio, struct call *call, const struct audio_connect *ask,
                           struct connections *answer);
enum err audio_ask_disconnect(struct audio *audio, struct call *call, const struct audio_disconnect *ask,
                              struct connections *answer);
enum err audio_ask_chain(struct audio *audio, struct call *call, const struct audio_chain *ask,
                         struct chain_state *answer);
enum err audio_ask_insert(struct audio *audio, struct call *call, const struct audio_insert *ask,
                          struct chain_state *answer);
enum err audio_ask_inserts(struct audio *audio, struct call *call, const struct audio_inserts *ask,
                           struct chain_states *answer);

#endif
