#include "store/store.h"

static const char *const names[DB_COUNT] = {
    [DB_META] = "meta",
    [DB_MEDIA] = "media",
    [DB_PLACE] = "place",
    [DB_FOLDER] = "folder",
    [DB_FOLDER_NAME] = "folder_name",
    [DB_VOLUME] = "volume",
    [DB_VOLUME_IDENTITY] = "volume_identity",
    [DB_LIBRARY] = "library",
    [DB_CONTENT] = "content",
    [DB_FACTS] = "facts",
    [DB_ARTEFACT] = "artefact",
    [DB_EMBEDDING] = "embedding",
    [DB_CHANGE] = "change",
    [DB_REQUEST] = "request",
    [DB_QUIET] = "quiet",
    [DB_UNDO] = "undo",
    [DB_QUERY] = "query",
    [DB_ELEMENT] = "element",
    [DB_PART] = "part",
    [DB_CONTEXT] = "context",
    [DB_USE] = "use",
    [DB_USED_IN] = "used_in",
    [DB_SESSION] = "session",
    [DB_SHARED] = "shared",
    [DB_OUTBOX] = "outbox",
    [DB_COMMUNITY] = "community",
    [DB_TEAM] = "team",
    [DB_TEAM_OUT] = "team_out",
};

const char *database_name(enum database db)
{
    return names[db];
}
