/* loophole-project: projects, their parts and saves. */
#include "common/process/log.h"
#include "services/project/autosave/autosave.h"
#include "services/project/base/file_io.h"
#include "services/project/base/project.h"
#include "services/project/catalogue/missing_note.h"
#include "services/project/catalogue/uses_note.h"
#include "services/project/files/leftovers.h"
#include "services/project/handlers/media_tree.h"
#include "services/project/handlers/recheck.h"
#include "services/project/library/library.h"
#include "services/project/loop/region_play.h"
#include "services/project/midi/midi_follow.h"
#include "services/project/pattern/slot_compare.h"
#include "services/project/pattern/slot_list.h"
#include "services/project/pattern/slot_pack.h"
#include "services/project/pattern/slot_writes.h"
#include "services/project/pattern/song_follow.h"
#include "services/project/sound/sound.h"

#define LOOK_US 1000000 /* between two looks at hanging errands */

int main(int argc, char **argv)
{
    struct service *service = service_start(argc, argv, &schema_project); /* options, log, limits, sockets */
    struct project project = { 0 };
    struct fault fault = { 0 };
    /* its settings, and threads for files; the sound; MIDI controls; the keys of clips */
    if (project_open(&project, service, &fault) != ERR_OK || sound_open(&project, &fault) != ERR_OK ||
        song_follow_open(&project, &fault) != ERR_OK || midi_follow_open(&project, &fault) != ERR_OK ||
        region_play_follow(&project, &fault) != ERR_OK) {
        log_fault("cannot start", &fault);
        service_stop(service, err_exit_code(fault.code));
        return service_end(service);
    }
    project.library = library_new(service_paths(service)->data); /* of patterns */
    service_answer(service, &project_asks, &project);            /* one function for each ask */
    service_every(service, LOOK_US, project_look, &project);
    service_every(service, LOOK_US, slot_pack_look, &project);       /* packs backups of patterns */
    service_every(service, LOOK_US, slot_compare_look, &project);    /* files that other programs changed */
    service_every(service, LOOK_US, leftovers_look, &project);       /* files that an earlier run left half written */
    service_every(service, RECHECK_LOOK_US, recheck_look, &project); /* sounds that changed meanwhile */
    autosave_open(&project);                                         /* and what it can recover */
    uses_note_all(&project);                                         /* what an earlier run did not note */
    service_ready(service);
    service_loop(service); /* until the service must stop */
    autosave_close(&project);
    sound_close(&project); /* first: it ends the asks that wait, which may look at the song */
    midi_follow_close(&project);
    song_follow_close(&project);
    slot_compare_close(&project);
    slot_list_close(&project);
    slot_writes_close(&project);
    file_io_close(&project);
    recheck_close(&project);
    missing_note_close(&project);
    media_tree_close(&project);
    project_close(&project);
    return service_end(service);
}
