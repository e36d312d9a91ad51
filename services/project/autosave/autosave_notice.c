#include "services/project/autosave/autosave_notice.h"

#include "services/project/parts/import_note.h"
#include "services/project/parts/parts.h"

static struct project_noted make_event(struct id project, const struct bundle_import *import, struct arena *arena)
{
    return (struct project_noted){ .id = project,
                                   .import_dialog_filters = import->dialog_filters,
                                   .import_asset_count = import->asset_count,
                                   .import_manifest_sha256 = import->manifest_sha256,
                                   .import_bundle_root = import->bundle_root,
                                   .import_sampler_asset_names = import->asset_names,
                                   .import_summary = import_note_summary(import, arena) };
}

static void publish_event(struct project *p, struct txn *txn, struct id project, const struct autosave_offer *offer)
{
    struct arena arena = { 0 };
    struct bundle_import import;
    struct project_noted event;
    struct element row;
    struct tree place, body;

    parts_place(txn, &arena, project, &place);
    import_note_read(&place, &arena, &import);
    event = make_event(project, &import, &arena);
    if (offer && parts_get(txn, &arena, project, &row) == ERR_OK && tree_read(row.body, &arena, &body, NULL) == ERR_OK)
        event.recovery_prompt =
            import_note_prompt(&import, autosave_prompt(offer, tree_text(&body, "name"), &arena), &arena);
    service_publish(p->service, "noted", &event);
    arena_free(&arena);
}

void autosave_notice(struct project *p, struct id project, const struct autosave_offer *offer)
{
    struct txn *txn;

    if (project_read(p, &txn, NULL) != ERR_OK)
        return;
    publish_event(p, txn, project, offer);
    txn_end(txn);
}
